// Loaded before anything else into a process whose wall clock is set back by an hour at each SIGUSR2.
const hourMs = 3_600_000;
const RealDate = Date;
let shiftMs = 0;

const now = (): number => RealDate.now() + shiftMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  get: (target, name, receiver): unknown => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('SIGUSR2', () => {
  shiftMs -= hourMs;
  process.stdout.write(`${JSON.stringify({ msg: 'the clock jumped', now: new Date().toISOString() })}\n`);
});
