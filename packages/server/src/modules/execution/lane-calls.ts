/** Calls a platform's steps back that were laid aside, so many at most; gives how many there were. */
export type CallBack = (platform: string, limit: number) => Promise<number>;

/** The steps of a lane that were laid aside: which platforms have some, and how they are called as slots become free. */
export interface LaneCalls {
  /** Whether a platform has steps laid aside: whoever comes now goes behind those. */
  isJammed(platform: string): boolean;
  /** A step of this platform is about to be laid aside, or was. */
  noteJam(platform: string): void;
  /** Steps of this platform were laid aside, here or in another process. */
  hearOf(platform: string): void;
  /** One that was called is here. */
  noteCome(): void;
  /** Calls as many as there are free slots. */
  callForFree(): void;
}

/** What was called back is here by then, or has gone to another process. */
const callMs = 2_000;
/** Each call is a statement: where few slots are free, it waits so long for more of them. */
const gatherMs = 100;

export const createLaneCalls = (slots: number, held: () => number, callBack: CallBack): LaneCalls => {
  /** By how often a step of the platform was about to be laid aside or was; whose turn is next comes first. */
  const jammed = new Map<string, number>();
  /** Called back and not here yet. */
  const expected: { left: number }[] = [];
  let gathering: NodeJS.Timeout | null = null;

  const freeSlots = (): number => slots - held() - expected.reduce((sum, { left }) => sum + left, 0);
  const callSoon = (): void => {
    if (jammed.size > 0 && freeSlots() > 0) gathering ??= setTimeout(callAll, gatherMs).unref();
  };
  const callAll = (): void => {
    if (gathering) clearTimeout(gathering);
    gathering = null;
    for (const [platform, known] of [...jammed]) call(platform, known);
  };
  const call = (platform: string, known: number): void => {
    const free = freeSlots();
    if (free <= 0) return;
    jammed.delete(platform);
    jammed.set(platform, known);
    const own = { left: free };
    expected.push(own);
    const isOver = (): void => {
      expected.splice(expected.indexOf(own), 1);
      callSoon();
    };
    void callBack(platform, free)
      .then(
        (count) => {
          // Empty, unless somebody was about to be laid aside.
          if (count < free && jammed.get(platform) === known) jammed.delete(platform);
          own.left -= Math.min(own.left, free - count);
          callSoon();
        },
        () => (own.left = 0),
      )
      .then(() => setTimeout(isOver, callMs).unref());
  };

  const callForFree = (): void => {
    if (freeSlots() >= Math.ceil(slots / 8)) callAll();
    else callSoon();
  };
  const noteJam = (platform: string): void => {
    jammed.set(platform, (jammed.get(platform) ?? 0) + 1);
  };
  return {
    isJammed: (platform) => jammed.has(platform),
    noteJam,
    hearOf(platform) {
      if (!jammed.has(platform)) noteJam(platform);
      callForFree();
    },
    noteCome() {
      const own = expected.find(({ left }) => left > 0);
      if (own) own.left -= 1;
    },
    callForFree,
  };
};
