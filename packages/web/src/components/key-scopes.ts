import { createKeybindingsHandler } from 'tinykeys';

/** Higher levels are asked first. A dialog hides everything below it. */
export type KeyLevel = 'global' | 'page' | 'pane' | 'dialog';
export type KeyBindings = Readonly<Record<string, () => void>>;

export interface KeyScope {
  readonly level: KeyLevel;
  readonly bindings: KeyBindings;
  /** Single-character keys can be turned off by the user (WCAG 2.1.4); these stay. */
  readonly isAlwaysOn?: boolean;
  /** In place of a dialog that may never come: what is urgent below it answers all the same. */
  readonly isOnItsWay?: boolean;
  readonly isUrgent?: boolean;
}

export interface KeyScopes {
  push(scope: KeyScope): () => void;
  /** Runs the binding that the event asks for, if any may run. */
  handle(event: KeyboardEvent): void;
  setSingleKeysOn(isOn: boolean): void;
}

const levels: readonly KeyLevel[] = ['global', 'page', 'pane', 'dialog'];

const isTypedInto = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('input, textarea, select, [role="textbox"], [role="combobox"]') !== null);

/** What Enter itself presses. */
const isPressed = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('a, button, summary, [role="tab"]') !== null;

const isCommand = (event: KeyboardEvent): boolean => event.metaKey || event.ctrlKey || event.altKey;

/** Nothing fires while text is composed or typed, or while a key is held down. */
export const mayFire = (event: KeyboardEvent): boolean => {
  if (event.isComposing || event.repeat || event.defaultPrevented) return false;
  if (event.key === 'Enter' && isPressed(event.target)) return false;
  return isCommand(event) || event.key === 'Escape' || !isTypedInto(event.target);
};

interface Entry {
  readonly scope: KeyScope;
  /** Of keys pressed one after the other, and of those pressed alone. */
  readonly sequences: (event: KeyboardEvent) => void;
  readonly single: (event: KeyboardEvent) => void;
}

/** Between two keys of a sequence; not everybody, and not every browser, is done with one within a second. */
const sequenceMs = 3_000;

const isSequence = (keys: string): boolean => keys.includes(' ');

export const createKeyScopes = (): KeyScopes => {
  let entries: Entry[] = [];
  let areSingleKeysOn = true;
  let hasFired = false;

  const handlerOf = (bindings: KeyBindings, counts: (keys: string) => boolean) =>
    createKeybindingsHandler(
      Object.fromEntries(
        Object.entries(bindings)
          .filter(([keys]) => counts(keys))
          .map(([keys, run]) => [
            keys,
            (event: KeyboardEvent) => {
              hasFired = true;
              event.preventDefault();
              run();
            },
          ]),
      ),
      { timeout: sequenceMs },
    );
  const entryOf = (scope: KeyScope): Entry => ({
    scope,
    sequences: handlerOf(scope.bindings, isSequence),
    single: handlerOf(scope.bindings, (keys) => !isSequence(keys)),
  });
  const mayAnswer = (scope: KeyScope, event: KeyboardEvent): boolean =>
    areSingleKeysOn || scope.isAlwaysOn === true || isCommand(event) || event.key.length > 1;

  /** Asks from the innermost scope outwards until one has answered. */
  const ask = (event: KeyboardEvent, how: 'sequences' | 'single'): void => {
    let isHidden = false;
    for (const level of levels.toReversed()) {
      const here = entries.filter(({ scope }) => scope.level === level && (!isHidden || scope.isUrgent));
      for (const { scope, [how]: handler } of here.toReversed()) {
        if (mayAnswer(scope, event)) handler(event);
        if (hasFired) return;
      }
      if (level === 'dialog' && here.length > 0) {
        if (!here.every(({ scope }) => scope.isOnItsWay)) return;
        isHidden = true;
      }
    }
  };

  return {
    push(scope) {
      const entry = entryOf(scope);
      entries = [...entries, entry];
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    handle(event) {
      if (!mayFire(event)) return;
      hasFired = false;
      // The last key of a sequence belongs to it, whatever an inner scope does with that key alone.
      ask(event, 'sequences');
      if (!hasFired) ask(event, 'single');
    },
    setSingleKeysOn(isOn) {
      areSingleKeysOn = isOn;
    },
  };
};
