import { act, render, screen, waitFor } from '@testing-library/react';
import { Component, type ReactNode } from 'react';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fetchedPart } from './fetched-part.tsx';
import { keyScopes } from './use-keys.ts';

const press = (key: string): void => keyScopes.handle(new KeyboardEvent('keydown', { key, code: key }));

class Failing extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };
  static getDerivedStateFromError() {
    return { hasFailed: true };
  }
  override render() {
    return this.state.hasFailed ? 'It did not come.' : this.props.children;
  }
}

it('is given up with Escape while it is on its way, and keeps no urgent key from its place', () => {
  const Part = fetchedPart<{ onClose: () => void }>(() => new Promise(() => undefined));
  const [close, letter, stop] = [vi.fn(), vi.fn(), vi.fn()];
  onTestFinished(keyScopes.push({ level: 'page', bindings: { a: letter } }));
  onTestFinished(keyScopes.push({ level: 'global', bindings: { s: stop }, isUrgent: true }));
  render(<Part onClose={close} />);
  act(() => press('a'));
  expect(letter).not.toHaveBeenCalled();
  act(() => press('s'));
  expect(stop).toHaveBeenCalledOnce();
  act(() => press('Escape'));
  expect(close).toHaveBeenCalledOnce();
});

it('is asked for again when it is opened again', async () => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  const load = vi
    .fn<() => Promise<() => string>>()
    .mockRejectedValueOnce(new Error('offline'))
    .mockResolvedValue(() => 'It is here.');
  const Part = fetchedPart<{ onClose: () => void }>(load);
  const opened = () => (
    <Failing>
      <Part onClose={() => undefined} />
    </Failing>
  );
  const first = render(opened());
  await waitFor(() => expect(screen.getByText('It did not come.')).toBeDefined());
  first.unmount();
  render(opened());
  await waitFor(() => expect(screen.getByText('It is here.')).toBeDefined());
});
