// Says what happens to it: its number, the signals it gets; ends half a second after the first of them.
const stay = setInterval(() => undefined, 1_000);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    console.log(signal);
    setTimeout(() => {
      clearInterval(stay);
      process.exit(7);
    }, 500);
  });
}
console.log(`pid ${process.pid}`);
