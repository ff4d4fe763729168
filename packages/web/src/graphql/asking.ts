const askAtMostEveryMs = 400;
/** As many as one page of what the server answers. */
const mostSubjects = 50;

type Ask = (subjects: readonly string[]) => Promise<void>;

/** Gathers what there is to ask about. */
export interface Asking {
  /** The latest `ask` is what they are asked by. */
  add(subjects: readonly string[], ask: Ask): void;
  stop(): void;
}

/** Asks at once, then in batches, one question at a time. */
export const createAsking = (everyMs = askAtMostEveryMs): Asking => {
  let ask: Ask = () => Promise.resolve();
  const due = new Set<string>();
  let isAsking = false;
  const run = async (): Promise<void> => {
    isAsking = true;
    while (due.size > 0) {
      const subjects = [...due].slice(0, mostSubjects);
      for (const subject of subjects) due.delete(subject);
      await ask(subjects);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    isAsking = false;
  };
  return {
    add(subjects, by) {
      ask = by;
      for (const subject of subjects) due.add(subject);
      if (!isAsking) void run();
    },
    stop: () => due.clear(),
  };
};

/** A place that is told and read between renders. */
export const createMark = () => {
  let place = 0;
  return {
    read: () => place,
    set(next: number) {
      place = next;
    },
  };
};
