/** SIGHUP from the first moment of this process on: kept until somebody listens. */
const waiting = { isAsked: false, listener: null as (() => void) | null };

process.on('SIGHUP', () => {
  if (waiting.listener) waiting.listener();
  else waiting.isAsked = true;
});

export const sighup = {
  listen(listener: () => void): void {
    waiting.listener = listener;
    if (waiting.isAsked) listener();
    waiting.isAsked = false;
  },
};
