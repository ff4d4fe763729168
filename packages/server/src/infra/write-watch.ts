import pg from 'pg';

const reasons = {
  '25006': 'it is set to read only, or is a standby',
  '53000': 'it lacks a resource',
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '58030': 'its disk fails',
};
type RefusalCode = keyof typeof reasons;

/** A write that the database refuses to anybody now; the message is one sentence for an operator. */
export class WriteRefusedError extends Error {
  override readonly name = 'WriteRefusedError';
  constructor(sqlState: RefusalCode) {
    super(`The database takes no writes: ${reasons[sqlState]}.`);
  }
}

/** How long a refusal counts: a full disk does not refuse every write, only those that need room. */
const rememberedMs = 15_000;

/** Remembers that the database refused a write, so that whoever asks for its health is told of it. */
export const createWriteWatch = () => {
  let last: { readonly code: RefusalCode; readonly at: number } | undefined;
  return {
    noteFailure(error: unknown): void {
      if (!(error instanceof pg.DatabaseError) || error.code === undefined) return;
      if (Object.hasOwn(reasons, error.code))
        last = { code: error.code as RefusalCode, at: performance.now() };
    },
    /** @throws WriteRefusedError where a write was refused in the last seconds. */
    ensureNoneRefused(): void {
      if (last && performance.now() - last.at < rememberedMs) throw new WriteRefusedError(last.code);
    },
  };
};
