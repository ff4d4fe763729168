import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyScopes, type KeyScopes } from './key-scopes.ts';

const press = (scopes: KeyScopes, init: KeyboardEventInit, target: EventTarget = document.body): boolean => {
  const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });
  const handle = (heard: Event): void => scopes.handle(heard as KeyboardEvent);
  window.addEventListener('keydown', handle);
  target.dispatchEvent(event);
  window.removeEventListener('keydown', handle);
  return event.defaultPrevented;
};

describe('key scopes', () => {
  let scopes: KeyScopes;
  beforeEach(() => {
    document.body.replaceChildren();
    scopes = createKeyScopes();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks the innermost scope first and no other after it answered', () => {
    const page = vi.fn();
    const pane = vi.fn();
    scopes.push({ level: 'page', bindings: { j: page, k: page } });
    scopes.push({ level: 'pane', bindings: { j: pane } });
    press(scopes, { key: 'j' });
    press(scopes, { key: 'k' });
    expect(pane).toHaveBeenCalledTimes(1);
    expect(page).toHaveBeenCalledTimes(1);
  });

  it('lets nothing below an open dialog fire, and everything again once it is closed', () => {
    const approve = vi.fn();
    scopes.push({ level: 'pane', bindings: { 'Shift+A': approve } });
    const close = scopes.push({ level: 'dialog', bindings: {} });
    press(scopes, { key: 'A', shiftKey: true });
    expect(approve).not.toHaveBeenCalled();
    close();
    press(scopes, { key: 'A', shiftKey: true });
    expect(approve).toHaveBeenCalledTimes(1);
  });

  it('needs Shift itself to approve: a small or a locked capital letter does nothing', () => {
    const approve = vi.fn();
    scopes.push({ level: 'pane', bindings: { 'Shift+A': approve } });
    press(scopes, { key: 'a' });
    press(scopes, { key: 'A' });
    expect(approve).not.toHaveBeenCalled();
  });

  it('matches other letters in either case', () => {
    const reject = vi.fn();
    scopes.push({ level: 'pane', bindings: { r: reject } });
    press(scopes, { key: 'r' });
    press(scopes, { key: 'R' });
    expect(reject).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['a key that is held down', { repeat: true }],
    ['text that is being composed', { isComposing: true }],
  ])('ignores %s', (_what, init) => {
    const run = vi.fn();
    scopes.push({ level: 'page', bindings: { j: run } });
    press(scopes, { key: 'j', ...init });
    expect(run).not.toHaveBeenCalled();
  });

  it.each(['input', 'textarea', 'select'])('leaves keys typed into a %s alone, save commands', (tag) => {
    const letter = vi.fn();
    const command = vi.fn();
    scopes.push({ level: 'global', bindings: { j: letter, 'Control+k': command } });
    const field = document.createElement(tag);
    document.body.append(field);
    press(scopes, { key: 'j' }, field);
    press(scopes, { key: 'k', ctrlKey: true }, field);
    expect(letter).not.toHaveBeenCalled();
    expect(command).toHaveBeenCalledTimes(1);
  });

  it.each(['a', 'button', 'summary'])('leaves Enter to the %s that has the focus', (tag) => {
    const open = vi.fn();
    scopes.push({ level: 'page', bindings: { Enter: open } });
    const control = document.createElement(tag);
    document.body.append(control);
    press(scopes, { key: 'Enter' }, control);
    expect(open).not.toHaveBeenCalled();
    press(scopes, { key: 'Enter' });
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('turns single keys off on request, and keeps commands and Escape', () => {
    const letter = vi.fn();
    const escape = vi.fn();
    scopes.push({ level: 'page', bindings: { j: letter, Escape: escape } });
    scopes.setSingleKeysOn(false);
    press(scopes, { key: 'j' });
    press(scopes, { key: 'Escape' });
    expect(letter).not.toHaveBeenCalled();
    expect(escape).toHaveBeenCalledTimes(1);
  });

  it('understands keys pressed one after the other', () => {
    const go = vi.fn();
    scopes.push({ level: 'global', bindings: { 'g t': go } });
    press(scopes, { key: 'g' });
    expect(press(scopes, { key: 't' })).toBe(true);
    expect(go).toHaveBeenCalledTimes(1);
  });

  it('waits more than two seconds for the second key of a sequence, and not for ever', () => {
    vi.useFakeTimers();
    const go = vi.fn();
    scopes.push({ level: 'global', bindings: { 'g t': go } });
    press(scopes, { key: 'g' });
    vi.advanceTimersByTime(2_500);
    press(scopes, { key: 't' });
    expect(go).toHaveBeenCalledTimes(1);
    press(scopes, { key: 'g' });
    vi.advanceTimersByTime(3_500);
    press(scopes, { key: 't' });
    expect(go).toHaveBeenCalledTimes(1);
  });

  it('gives the last key of a sequence to nobody else, however near', () => {
    const go = vi.fn();
    const toggle = vi.fn();
    scopes.push({ level: 'global', bindings: { 'g s': go } });
    scopes.push({ level: 'pane', bindings: { s: toggle } });
    press(scopes, { key: 'g' });
    press(scopes, { key: 's' });
    expect([go.mock.calls.length, toggle.mock.calls.length]).toEqual([1, 0]);
    press(scopes, { key: 's' });
    press(scopes, { key: 'g' });
    press(scopes, { key: 'x' });
    press(scopes, { key: 's' });
    expect([go.mock.calls.length, toggle.mock.calls.length]).toEqual([1, 2]);
  });
});
