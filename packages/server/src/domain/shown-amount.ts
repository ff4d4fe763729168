import type { Diff } from './diff.ts';
import type { PlannedAction } from './planned-action.ts';

/** How much a plan shows to people. */
export interface ShownAmount {
  readonly lines: number;
  /** UTF-16 code units. */
  readonly characters: number;
}

export const nothingShown: ShownAmount = { lines: 0, characters: 0 };

/** No person reads more, and no page shows it. */
const most: ShownAmount = { lines: 20_000, characters: 4_000_000 };

export const withShown = (amount: ShownAmount, { diffs, findings }: PlannedAction): ShownAmount =>
  [...diffs.map(amountOf), ...findings.map(({ message }) => textAmount(message))].reduce(add, amount);

export const isTooMuch = ({ lines, characters }: ShownAmount): boolean =>
  lines > most.lines || characters > most.characters;

const add = (one: ShownAmount, other: ShownAmount): ShownAmount => ({
  lines: one.lines + other.lines,
  characters: one.characters + other.characters,
});

const textAmount = (text: string): ShownAmount => ({ lines: 1, characters: text.length });

const amountOf = (diff: Diff): ShownAmount => {
  switch (diff.type) {
    case 'FILE':
      return diff.hunks
        .flatMap(({ lines }) => lines.map(({ text }) => textAmount(text)))
        .reduce(add, nothingShown);
    case 'HTTP_REQUEST':
      return textAmount(diff.body ?? '');
    case 'FIELD':
      return textAmount(JSON.stringify([diff.before, diff.after]));
    case 'MESSAGE':
      return textAmount(`${diff.previousText ?? ''}${diff.text ?? ''}`);
    case 'PERMISSION':
      return textAmount(`${diff.subject}${diff.permission}${diff.resource}`);
    case 'TABLE':
      return diff.rows.map(({ cells }) => textAmount(cells.join(''))).reduce(add, nothingShown);
    case 'DELETIONS':
      return diff.names.map(textAmount).reduce(add, nothingShown);
    case 'GRAPH':
      return [...diff.nodes.map(({ label }) => label), ...diff.edges.map(({ from, to }) => `${from}${to}`)]
        .map(textAmount)
        .reduce(add, nothingShown);
  }
};
