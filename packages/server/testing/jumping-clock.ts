// Loaded before anything else into a process whose wall clock is set by so many milliseconds at each SIGUSR2.
const jumpMs = Number(process.env['CLOCK_JUMP_MS']);
const RealDate = Date;
let shiftMs = 0;

const now = (): number => RealDate.now() + shiftMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
  get: (target, name, receiver): unknown => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});

process.on('SIGUSR2', () => {
  shiftMs += jumpMs;
  process.stdout.write(`${JSON.stringify({ msg: 'the clock jumped', now: new Date().toISOString() })}\n`);
});
