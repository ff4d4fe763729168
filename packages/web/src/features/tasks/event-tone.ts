import type { Tone } from '../../components/pill.tsx';

const tones: readonly (readonly [RegExp, Tone])[] = [
  [/\.(?:failed|rejected|denied|refused)$/u, 'red'],
  [/needs_attention$/u, 'orange'],
  [/\.succeeded$/u, 'green'],
  [/retrying$/u, 'amber'],
  [/^approval\.|\.held$/u, 'violet'],
  [/\.started$/u, 'blue'],
  [/planned$|^policy\./u, 'cyan'],
];

/** A colour for an event's dot by its type; a type nobody has heard of is grey. */
export const eventTone = (type: string): Tone => tones.find(([pattern]) => pattern.test(type))?.[1] ?? 'grey';
