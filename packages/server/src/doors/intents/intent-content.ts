import { hiddenCharacter } from '@countersign/shared';
import type { Json, JsonObject } from '../../domain/json.ts';

/** What the security stage looks at. */
export const contentChecks = [
  'pathTraversal',
  'commandInjection',
  'sizeLimits',
  'content',
  'namespace',
] as const;
export type ContentCheck = (typeof contentChecks)[number];

export interface ContentFault {
  readonly check: ContentCheck;
  readonly path: string;
  readonly message: string;
}

/** Characters are UTF-16 code units. */
const limits = { text: 1_024, list: 100, folders: 3 };

/** Of the cluster itself, and of what guards it: nothing of theirs is scaled by a file. */
const systemNamespace = /^(kube-.*|openshift-.*|gatekeeper-system|istio-system|cert-manager)$/;

const shellCharacter = /[;&|`$(){}[\]]/;
/** Whole words: `nc-simulator` and `formatted` are none of them. */
const shellWord = /(?<![\w-])(rm|del|format|curl|wget|ncat|nc)(?![\w-])/i;
const climbing = /\.\.[/\\]|%2e%2e|\.\.%2f|\.\.%5c/i;

/** Every text of an intent with its place, names of metadata included. */
export function* textsOf(
  value: Json,
  path = '',
): Generator<{ readonly path: string; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [name, held] of Object.entries(value)) {
    const place = path === '' ? name.slice(0, 64) : `${path}.${name.slice(0, 64)}`;
    if (!Array.isArray(value)) yield { path: place, text: name };
    yield* textsOf(held, place);
  }
}

/** As a program further on might read it: one width of letters, and what is written as %2e. */
export const decoded = (text: string): string => {
  let plain = text.normalize('NFKC');
  for (let round = 0; round < 3; round += 1)
    plain = plain.replaceAll(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return plain;
};

/** By a split: a pattern for it would read a long word again from each of its letters. */
const foldersOf = (word: string): number =>
  word
    .split(/[/\\]/)
    .slice(0, -1)
    .filter((name) => name !== '').length;

const rules: readonly {
  readonly check: ContentCheck;
  readonly message: string;
  readonly breaks: (text: string, plain: string) => boolean;
}[] = [
  {
    check: 'sizeLimits',
    message: `must have ${limits.text} characters at most`,
    breaks: (text) => text.length > limits.text,
  },
  {
    check: 'content',
    message: 'holds a control character, or one that nobody can see',
    breaks: (text, plain) => /\p{Cc}/u.test(text) || hiddenCharacter.test(plain),
  },
  {
    check: 'pathTraversal',
    message: 'leads out of its folder',
    breaks: (text, plain) => climbing.test(text) || climbing.test(plain),
  },
  {
    check: 'pathTraversal',
    message: `is a path of more than ${limits.folders} folders`,
    breaks: (_text, plain) => plain.split(/\s/).some((word) => foldersOf(word) > limits.folders),
  },
  {
    check: 'commandInjection',
    message: 'holds a character that means something to a shell: ; & | ` $ ( ) { } [ ]',
    breaks: (_text, plain) => shellCharacter.test(plain),
  },
  {
    check: 'commandInjection',
    message: 'holds the name of a command: rm, del, format, curl, wget, nc, ncat',
    breaks: (_text, plain) => shellWord.test(plain),
  },
];

/** Every rule that something in the intent breaks. */
export const contentFaults = (intent: JsonObject): readonly ContentFault[] => {
  const faults: ContentFault[] = [];
  for (const { path, text } of textsOf(intent)) {
    // What is too long is looked at no further.
    const plain = decoded(text.slice(0, limits.text));
    for (const { check, message, breaks } of rules)
      if (breaks(text, plain)) faults.push({ check, path, message });
  }
  const { namespace } = intent;
  if (typeof namespace === 'string' && systemNamespace.test(namespace))
    faults.push({ check: 'namespace', path: 'namespace', message: 'is a namespace of the system' });
  return [...faults, ...longLists(intent, '')];
};

const longLists = (value: Json, path: string): readonly ContentFault[] => {
  if (typeof value !== 'object' || value === null) return [];
  const message = `must hold ${limits.list} at most`;
  const own: readonly ContentFault[] =
    Array.isArray(value) && value.length > limits.list ? [{ check: 'sizeLimits', path, message }] : [];
  const inside = Object.entries(value).flatMap(([name, held]) =>
    longLists(held, path === '' ? name : `${path}.${name}`),
  );
  return [...own, ...inside];
};
