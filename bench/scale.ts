import { startScratchPostgres } from '@countersign/postgres/scratch-postgres';
import { startBenchServer } from './bench-server.ts';
import { connect } from './client.ts';
import type { Latency } from './measures.ts';
import { measureInstallation, type ScaleTimes } from './scale-measures.ts';
import { fillInstallation, smallest, type ScaleSize } from './scale-rows.ts';

interface Compared {
  readonly small: Latency;
  readonly full: Latency;
  /** Of the medians. */
  readonly ratio: number;
  /** Of the slowest hundredth, where enough was measured to know it. */
  readonly tailRatio: number | null;
  readonly isOver: boolean;
}

export interface ScaleReport extends ScaleSize {
  readonly databaseGb: number;
  readonly fillSeconds: number;
  readonly compared: Readonly<Record<string, Compared>>;
  /** What takes longer than an installation of this size may. */
  readonly over: readonly string[];
}

const mostRatio = 1.5;

/** `10m` is ten million finished tasks, and a million that wait; a tenth of what is finished waits. */
export const scaleSizeOf = (text: string | undefined): ScaleSize => {
  const [, number = '300', unit = 'k'] = /^(\d+)([km]?)$/.exec(text ?? '') ?? [];
  const finished = Number(number) * (unit === 'm' ? 1_000_000 : unit === 'k' ? 1_000 : 1);
  return { finished, waiting: Math.floor(finished / 10) };
};

/** What everything takes while an installation is full, beside the same while it had a page of everything. */
export const measureScale = async (size: ScaleSize, tell: (text: string) => void): Promise<ScaleReport> => {
  await using postgres = await startScratchPostgres({
    isDurable: true,
    moreSettings: { max_wal_size: '4GB' },
  });
  const { connectionString } = postgres;
  await using server = await startBenchServer({ databaseUrl: connectionString, redisUrl: null });
  await using client = await connect(server);
  const target = { server, client, connectionString };
  tell('small …');
  const few = await fillInstallation(connectionString, smallest, tell);
  await measureInstallation(target, few, tell);
  const small = await measureInstallation(target, few, tell);
  tell('filling …');
  const startedAt = performance.now();
  const rows = await fillInstallation(connectionString, size, tell);
  const fillSeconds = Math.round((performance.now() - startedAt) / 1_000);
  tell('full …');
  const full = await measureInstallation(target, rows, tell);
  const compared = compare(small, full);
  tell(tableOf(compared));
  return {
    ...size,
    databaseGb: rows.databaseGb,
    fillSeconds,
    compared,
    over: Object.keys(compared).filter((name) => compared[name]?.isOver),
  };
};

/** What agents wait for again and again may not be slow once in a while either. */
const withTail: ReadonlySet<string> = new Set(['submit']);

const compare = (small: ScaleTimes, full: ScaleTimes): Readonly<Record<string, Compared>> =>
  Object.fromEntries(
    Object.entries(full).flatMap(([name, times]) => {
      const before = small[name];
      if (!before) return [];
      const ratio = ratioOf(before.p50Ms, times.p50Ms);
      const tailRatio = withTail.has(name) ? ratioOf(before.p99Ms, times.p99Ms) : null;
      // What failed has no ratio, and is over too.
      const isOver = !(Math.max(ratio, tailRatio ?? 0) <= mostRatio);
      return [[name, { small: before, full: times, ratio, tailRatio, isOver }]];
    }),
  );

const ratioOf = (before: number, after: number): number => Number((after / before).toFixed(2));

const tableOf = (compared: Readonly<Record<string, Compared>>): string =>
  Object.entries(compared)
    .map(([name, { small, full, ratio, tailRatio, isOver }]) => {
      const times = [small.p50Ms, full.p50Ms, small.p95Ms, full.p95Ms].map((ms) =>
        ms.toFixed(1).padStart(10),
      );
      const tail =
        tailRatio === null
          ? ''
          : ` p99 ${small.p99Ms.toFixed(1)}, ${full.p99Ms.toFixed(1)}, ratio ${tailRatio.toFixed(2)}`;
      return `${name.padEnd(36)}${times.join('')}${ratio.toFixed(2).padStart(10)}${isOver ? ' over' : ''}${tail}`;
    })
    .reduce(
      (text, line) => `${text}\n${line}`,
      `${'milliseconds'.padEnd(36)}${['small p50', 'full p50', 'small p95', 'full p95', 'ratio'].map((head) => head.padStart(10)).join('')}`,
    );
