/** What a source gives, and null whenever it was silent for as long as `everyMs` says then. */
export async function* withTicks<Value>(
  source: AsyncIterator<Value>,
  everyMs: () => number,
): AsyncGenerator<Value | null> {
  let next = source.next();
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<null>((resolve) => {
      timer = setTimeout(() => {
        resolve(null);
      }, everyMs());
    });
    try {
      const came = await Promise.race([next, silence]);
      if (came === null) yield null;
      else if (came.done === true) return;
      else {
        next = source.next();
        yield came.value;
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
