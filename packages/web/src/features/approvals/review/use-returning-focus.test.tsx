import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useRef, useState } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import { useReturningFocus } from './use-returning-focus.ts';

const Pane = ({ onGone }: { onGone: () => void }) => {
  const pane = useRef<HTMLElement>(null);
  const [isOpen, setOpen] = useState(false);
  const noteFocus = useReturningFocus(isOpen, pane);
  const open = (): void => {
    noteFocus();
    setOpen(true);
  };
  return (
    <article ref={pane} onKeyDown={open}>
      {isOpen ? (
        <>
          <textarea autoFocus />
          <button onClick={() => setOpen(false)}>Back</button>
          <button onClick={onGone}>Send</button>
        </>
      ) : (
        <button aria-keyshortcuts="R" onClick={open}>
          Reject…
        </button>
      )}
    </article>
  );
};

const Screen = () => {
  const [isGone, setGone] = useState(false);
  return (
    <>
      <div role="listbox" tabIndex={0} />
      {isGone ? null : <Pane onGone={() => setGone(true)} />}
    </>
  );
};

describe('useReturningFocus', () => {
  afterEach(cleanup);

  it('goes back to what had the focus', () => {
    render(<Screen />);
    screen.getByRole('listbox').focus();
    fireEvent.keyDown(screen.getByRole('article'), { key: 'r' });
    expect(document.activeElement).toBe(screen.getByRole('textbox'));
    fireEvent.click(screen.getByText('Back'));
    expect(document.activeElement).toBe(screen.getByRole('listbox'));
  });

  it('goes to the new button where the pressed one is gone', () => {
    render(<Screen />);
    screen.getByText('Reject…').focus();
    fireEvent.click(screen.getByText('Reject…'));
    fireEvent.click(screen.getByText('Back'));
    expect(document.activeElement).toBe(screen.getByText('Reject…'));
  });

  it('goes to the list where the request is gone', () => {
    render(<Screen />);
    fireEvent.click(screen.getByText('Reject…'));
    fireEvent.click(screen.getByText('Send'));
    expect(document.activeElement).toBe(screen.getByRole('listbox'));
  });

  it('leaves the focus with whoever has moved on', () => {
    render(<Screen />);
    fireEvent.click(screen.getByText('Reject…'));
    screen.getByText('Back').focus();
    screen.getByRole('listbox').focus();
    fireEvent.click(screen.getByText('Send'));
    expect(document.activeElement).toBe(screen.getByRole('listbox'));
  });
});
