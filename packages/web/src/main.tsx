import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './app/mantine.css';
import './app/fonts.css';
import './app/theme.css';
import './app/tones.css';
import './app/mantine-overrides.css';
import { mantineTheme, mantineVariables } from './app/mantine-theme.ts';
import { router } from './app/router.tsx';
import { shouldRetry } from './app/should-retry.ts';
import { useKeyListener } from './components/use-keys.ts';
import { SentDecisionsProvider } from './features/approvals/decide/sent-decisions.tsx';
import { DecisionNotes } from './features/approvals/decide/decision-notes.tsx';
import { viewerOptions } from './features/session/viewer.ts';

const queryClient = new QueryClient({
  defaultOptions: {
    // A request says itself that the network is away; nothing is kept to be sent later.
    queries: { networkMode: 'always', staleTime: 5_000, retry: shouldRetry, refetchOnWindowFocus: false },
    mutations: { networkMode: 'always', retry: false },
  },
});

// Everything else waits for it, so it is sent before anything is drawn.
if (window.location.pathname !== '/sign-in') queryClient.query(viewerOptions()).catch(() => undefined);

const themeManager = localStorageColorSchemeManager({ key: 'countersign.theme' });

const App = () => {
  useKeyListener();
  return (
    <SentDecisionsProvider>
      <RouterProvider router={router} />
      <DecisionNotes place="page" />
    </SentDecisionsProvider>
  );
};

const container = document.getElementById('root');
if (!container) throw new Error('The page has no root.');
createRoot(container).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <MantineProvider
        theme={mantineTheme}
        cssVariablesResolver={mantineVariables}
        colorSchemeManager={themeManager}
        defaultColorScheme="auto"
      >
        <App />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
