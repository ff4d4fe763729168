import { afterEach, describe, expect, it, vi } from 'vitest';
import { createStoredChoice } from './stored-choice.ts';

const create = () => createStoredChoice('test.size', ['small', 'large'], () => 'small');

describe('a stored choice', () => {
  afterEach(() => localStorage.clear());

  it('is the default until something is chosen, and then that, also after a reload', () => {
    const choice = create();
    expect(choice.get()).toBe('small');
    choice.set('large');
    expect(choice.get()).toBe('large');
    expect(create().get()).toBe('large');
  });

  it('takes no word that it does not know', () => {
    localStorage.setItem('test.size', 'enormous');
    expect(create().get()).toBe('small');
  });

  it('tells whoever listens, as long as they listen', () => {
    const choice = create();
    const heard = vi.fn();
    const leave = choice.subscribe(heard);
    choice.set('large');
    leave();
    choice.set('small');
    expect(heard).toHaveBeenCalledOnce();
  });
});
