import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { standInForLayout } from '../../../../testing/layout.ts';
import { useKeyListener } from '../../../components/use-keys.ts';
import { RejectComposer } from './reject-composer.tsx';

beforeAll(standInForLayout);

const Page = ({ children }: { children: ReactNode }) => {
  useKeyListener();
  return children;
};

const show = ({ hasDialog = false } = {}) => {
  const onReject = vi.fn();
  const onCancel = vi.fn();
  render(
    <MantineProvider env="test">
      <Page>
        <RejectComposer
          approvalId="a1"
          revision={2}
          isSending={false}
          onReject={onReject}
          onCancel={onCancel}
        />
        {hasDialog ? <dialog open role="dialog" aria-label="Above" /> : null}
      </Page>
    </MantineProvider>,
  );
  const field = screen.getByRole('textbox', { name: 'Reason' });
  const type = (value: string) => fireEvent.change(field, { target: { value } });
  return { onReject, onCancel, field, type };
};

describe('RejectComposer', () => {
  beforeEach(() => sessionStorage.clear());
  afterEach(cleanup);

  it('sends nothing without a reason, and says what is missing', () => {
    const { onReject, type } = show();
    type('no');
    fireEvent.click(screen.getByRole('button', { name: /^Reject rev 2/u }));
    expect(onReject).not.toHaveBeenCalled();
    expect(screen.getByText(/8 more characters/u)).toBeDefined();
  });

  it('complains in the line that its hint stood in, so that nothing moves', () => {
    const { field, type } = show();
    const line = document.getElementById(field.getAttribute('aria-describedby') ?? '');
    type('no');
    expect(line?.textContent).toMatch(/8 more characters/u);
    expect(field.getAttribute('aria-invalid')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: /^Reject rev 2/u }));
    expect(field.getAttribute('aria-invalid')).toBe('true');
    expect(field.getAttribute('aria-describedby')).toBe(line?.id);
    type('Only the canary hosts, please.');
    expect(line?.textContent).toMatch(/Nothing runs/u);
  });

  it('sends the picked reason and the words together', () => {
    const { onReject, type } = show();
    fireEvent.click(screen.getByRole('button', { name: 'Too broad' }));
    type('Only the canary hosts, please.');
    fireEvent.click(screen.getByRole('button', { name: /^Reject rev 2/u }));
    expect(onReject).toHaveBeenCalledWith('Too broad: Only the canary hosts, please.');
  });

  it('keeps a half-written reason for the next time it opens', () => {
    const { type } = show();
    type('Half a thought about');
    cleanup();
    const { field } = show();
    expect(field).toHaveProperty('value', 'Half a thought about');
  });

  it('goes back on Escape', () => {
    const { onCancel, field } = show();
    fireEvent.keyDown(field, { key: 'Escape', code: 'Escape' });
    expect(onCancel).toHaveBeenCalledTimes(1);
  });

  it('stays on an Escape that is for the dialog above, which may not have the focus yet', () => {
    const { onCancel, field } = show({ hasDialog: true });
    fireEvent.keyDown(field, { key: 'Escape', code: 'Escape' });
    expect(onCancel).not.toHaveBeenCalled();
  });
});
