import { setTimeout as sleep } from 'node:timers/promises';

/** After the time is over, what is left still gets to begin its end. */
const leastMs = 20;

/**
 * A stack of parts that ends in time, whatever hangs: all of them together have so many milliseconds from the
 * first on, and who takes longer is left behind.
 */
export class EndingStack extends AsyncDisposableStack {
  readonly #endsMs: number;
  readonly #onOverdue: () => void;
  #endsAt: number | undefined;

  constructor(endsMs: number, onOverdue: () => void) {
    super();
    this.#endsMs = endsMs;
    this.#onOverdue = onOverdue;
  }

  /** Instead of so many milliseconds: until then (`performance.now()`), whenever the first begins to end. */
  endBy(endsAt: number): void {
    this.#endsAt = endsAt;
  }

  override use<Part extends AsyncDisposable | Disposable | null | undefined>(part: Part): Part {
    if (part) this.defer(() => this.#end(part));
    return part;
  }

  async #end(part: AsyncDisposable | Disposable): Promise<void> {
    this.#endsAt ??= performance.now() + this.#endsMs;
    const leftMs = Math.max(leastMs, this.#endsAt - performance.now());
    if (!(await endsWithin(leftMs, endOf(part)))) this.#onOverdue();
  }
}

const endOf = async (part: AsyncDisposable | Disposable): Promise<void> => {
  if (Symbol.asyncDispose in part) await part[Symbol.asyncDispose]();
  else part[Symbol.dispose]();
};

/** Whether something ended in time; its failure counts as an end, and is thrown. */
export const endsWithin = async (timeMs: number, ending: Promise<unknown>): Promise<boolean> => {
  const timer = new AbortController();
  const late = sleep(timeMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([ending.then(() => true), late]);
  } finally {
    timer.abort();
  }
};
