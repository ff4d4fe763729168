import type { SourceKind, SourceTrust } from '@countersign/shared';
import type { Stop } from './decision-facts.ts';
import { matchesPattern } from './target-pattern.ts';

// Type aliases rather than interfaces, so that a plan's document that holds them is a Json value.
/** Content that a task rests on. What is left out is not known; that it is INTERNAL is the submitter's word. */
export type TaskSource = {
  readonly kind: SourceKind;
  /** An address, a sender, the name of a tool: where it can be looked up. */
  readonly reference: string;
  readonly trust: SourceTrust;
  /** The task that it came by; null where the submission named it. */
  readonly via: string | null;
};

/** A person's word that a source is poisoned. */
export interface Quarantine {
  readonly id: string;
  readonly tenantId: string;
  /** Null for any. */
  readonly kind: SourceKind | null;
  /** A pattern: `*` is any text, `?` one character. Capitals do not matter. */
  readonly reference: string;
  readonly reason: string;
  readonly byId: string;
  readonly at: Date;
  readonly releasedAt: Date | null;
  readonly releasedById: string | null;
  readonly releaseReason: string | null;
}

/** Of one task, with what came with the task that it is a part of. */
export const mostSources = 100;

const kindWords: Readonly<Record<SourceKind, string>> = {
  WEB: 'web page',
  MAIL: 'mail from',
  MESSAGE: 'message from',
  FILE: 'file',
  TOOL: 'output of',
};

/** `mail from alice@example.com` */
export const sourceWords = ({ kind, reference }: Pick<TaskSource, 'kind' | 'reference'>): string =>
  `${kindWords[kind]} ${reference}`;

export const isOutside = ({ trust }: Pick<TaskSource, 'trust'>): boolean => trust === 'OUTSIDE';

const keyOf = ({ kind, reference, trust }: TaskSource): string => JSON.stringify([kind, reference, trust]);

/**
 * What a task rests on: what it names, and all that its parent, and what was submitted for the same parent before,
 * rests on. Text that somebody planted does not lose its mark by way of another task.
 */
export const withInherited = (
  own: readonly TaskSource[],
  parentTaskId: string | null,
  family: readonly TaskSource[],
): readonly TaskSource[] => {
  const all = new Map(own.map((source) => [keyOf(source), source]));
  for (const source of family)
    if (!all.has(keyOf(source))) all.set(keyOf(source), { ...source, via: source.via ?? parentTaskId });
  return [...all.values()];
};

/** Tells of sources whether a quarantine is of them. */
export const quarantines = ({
  kind,
  reference,
}: Pick<Quarantine, 'kind' | 'reference'>): ((source: Pick<TaskSource, 'kind' | 'reference'>) => boolean) => {
  const pattern = reference.toLowerCase();
  return (source) =>
    (kind === null || kind === source.kind) && matchesPattern(pattern, source.reference.toLowerCase());
};

/** What keeps a task that rests on these from going on; null where nothing does. */
export const quarantineStop = (
  standing: readonly Quarantine[],
  sources: readonly TaskSource[],
): Stop | null => {
  for (const each of standing) {
    const source = sources.find(quarantines(each));
    if (source) return { mode: 'PAUSE', by: 'SOURCE', reason: `${sourceWords(source)}: ${each.reason}` };
  }
  return null;
};
