import { isDeceptive } from '@countersign/shared';
import type { Diff } from '../../domain/diff.ts';
import type { Json } from '../../domain/json.ts';
import type { Finding } from '../../domain/planned-action.ts';

/**
 * Warns of words that a platform would get and people do not see as they are, whatever the platform. Of files, whoever
 * shows them tells which.
 */
export const hiddenTextFindings = (diffs: readonly Diff[]): Finding[] =>
  diffs.some((diff) => textsOf(diff).some(isDeceptive))
    ? [
        {
          severity: 'MEDIUM',
          message: 'The text has characters that hide, or that show others in another order.',
        },
      ]
    : [];

const textsOf = (diff: Diff): readonly string[] => {
  switch (diff.type) {
    case 'FIELD':
      return textsIn(diff.after);
    case 'MESSAGE':
      return [diff.text ?? ''];
    case 'HTTP_REQUEST':
      return [diff.body ?? ''];
    case 'PERMISSION':
      return [diff.subject];
    case 'TABLE':
      return diff.rows.filter(({ kind }) => kind === 'ADD').flatMap(({ cells }) => cells);
    default:
      return [];
  }
};

const textsIn = (value: Json): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return [
    ...(Array.isArray(value) ? [] : Object.keys(value)),
    ...Object.values<Json>(value).flatMap(textsIn),
  ];
};
