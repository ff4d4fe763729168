import { createRedactor, type Redactor } from './redaction.ts';

/** A redactor that learns: what was a secret is kept out of everything for a while longer. */
export interface SecretRedactor extends Redactor {
  /** These are the secrets now; those that are none any more are still taken out for `keepMs`. */
  readonly know: (secrets: readonly string[], keepMs: number) => void;
}

/** Of those that were secrets once; the oldest are forgotten beyond it. */
const mostKept = 1_000;

export const createSecretRedactor = (secrets: readonly string[] = []): SecretRedactor => {
  let current: readonly string[] = secrets;
  let redactor = createRedactor(secrets);
  let known = secretsKey(secrets);
  /** Until when, by the monotonic clock. */
  const former = new Map<string, number>();

  const know: SecretRedactor['know'] = (next, keepMs) => {
    const now = performance.now();
    for (const value of current) if (!next.includes(value) && keepMs > 0) former.set(value, now + keepMs);
    for (const [value, until] of former) if (until <= now || next.includes(value)) former.delete(value);
    for (const value of former.keys()) {
      if (former.size <= mostKept) break;
      former.delete(value);
    }
    current = next;
    const all = [...next, ...former.keys()];
    if (secretsKey(all) === known) return;
    known = secretsKey(all);
    redactor = createRedactor(all);
  };
  return {
    know,
    text: (text) => redactor.text(text),
    bytes: (bytes) => redactor.bytes(bytes),
    json: (value) => redactor.json(value),
    get reachBytes() {
      return redactor.reachBytes;
    },
  };
};

const secretsKey = (values: readonly string[]): string => JSON.stringify([...new Set(values)].toSorted());
