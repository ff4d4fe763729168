/** Gives what does work one after the other, in the order in which it is asked for; one that fails stops no other. */
export const oneByOne = (): (<Value>(work: () => Promise<Value>) => Promise<Value>) => {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
};
