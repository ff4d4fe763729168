import { isDeepStrictEqual } from 'node:util';
import { pino, type DestinationStream } from 'pino';
import { createLogFile, type LogFileSettings } from './log-file.ts';
import { createLogOutlet, type LogNews, type LogOutlet } from './log-outlet.ts';
import { createSyslog, type SyslogSettings } from './syslog.ts';

export interface LogDestinations {
  readonly stdout: boolean;
  readonly file: LogFileSettings | null;
  readonly syslog: SyslogSettings | null;
}

/** Where the log goes. Its end is when everything was written, or when its time was over. */
export interface LogOutput extends DestinationStream, AsyncDisposable {
  /** What stays as it is goes on; what was replaced still writes what it has. */
  change(next: LogDestinations): void;
  /** Lines that a destination never got, so far. */
  readonly dropped: () => ReadonlyMap<string, number>;
}

type Kind = 'file' | 'syslog';

interface Open {
  readonly kind: Kind;
  readonly of: object;
  readonly outlet: LogOutlet;
}

const outletOf = (kind: Kind, { file, syslog }: LogDestinations, news: LogNews): Open | null => {
  if (kind === 'file')
    return file && { kind, of: file, outlet: createLogOutlet(kind, createLogFile(file), news) };
  return syslog && { kind, of: syslog, outlet: createLogOutlet(kind, createSyslog(syslog), news) };
};

export const createLogOutput = (first: LogDestinations, flushMs: number, news: LogNews): LogOutput => {
  const stdout = pino.destination({ dest: 1, sync: false });
  const before = new Map<string, number>();
  const endings = new Set<Promise<void>>();
  let isToStdout = first.stdout;
  let open: readonly Open[] = [];

  const end = ({ kind, outlet }: Open): void => {
    const ending = outlet.end(flushMs).finally(() => {
      before.set(kind, (before.get(kind) ?? 0) + outlet.dropped());
      endings.delete(ending);
    });
    endings.add(ending);
  };

  const change = (next: LogDestinations): void => {
    const kept = open.filter(({ kind, of }) => isDeepStrictEqual(of, next[kind]));
    const replaced = open.filter((each) => !kept.includes(each));
    const made = (['file', 'syslog'] as const)
      .filter((kind) => !kept.some((each) => each.kind === kind))
      .flatMap((kind) => outletOf(kind, next, news) ?? []);
    isToStdout = next.stdout;
    open = [...kept, ...made];
    replaced.forEach(end);
  };

  change(first);
  return {
    write(line) {
      if (isToStdout) stdout.write(line);
      for (const { outlet } of open) outlet.write(line);
    },
    change,
    dropped() {
      const counts = new Map(before);
      for (const { kind, outlet } of open) counts.set(kind, (counts.get(kind) ?? 0) + outlet.dropped());
      return counts;
    },
    async [Symbol.asyncDispose]() {
      for (const each of open) end(each);
      open = [];
      await Promise.all(endings);
    },
  };
};
