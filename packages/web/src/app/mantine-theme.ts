import { createTheme, type CSSVariablesResolver } from '@mantine/core';

export const mantineTheme = createTheme({
  fontFamily: 'var(--font-text)',
  fontFamilyMonospace: 'var(--font-mono)',
  primaryColor: 'blue',
  defaultRadius: 5,
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontSizes: { xs: '11px', sm: '13px', md: '13px', lg: '14px', xl: '16px' },
  components: {
    Tooltip: { defaultProps: { withArrow: false, offset: 6, transitionProps: { duration: 100 } } },
    Menu: {
      defaultProps: {
        // It would be a child of the menu that is no item of it.
        withInitialFocusPlaceholder: false,
        withinPortal: false,
        shadow: 'none',
        offset: 6,
        // Keys belong to the page again at once.
        transitionProps: { transition: 'pop-top-right', duration: 100, exitDuration: 0 },
      },
    },
    ModalRoot: { defaultProps: { centered: false, yOffset: '12dvh' } },
  },
});

const variables = {
  '--mantine-color-body': 'var(--canvas)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--muted)',
  '--mantine-color-placeholder': 'var(--muted)',
  '--mantine-color-error': 'var(--red)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-default': 'var(--panel)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line-strong)',
};

/** Mantine's own colours give way to the console's tokens, which know both themes. */
export const mantineVariables: CSSVariablesResolver = () => ({
  variables: { '--mantine-line-height': '18px' },
  light: variables,
  dark: variables,
});
