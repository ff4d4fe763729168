import { expect, test } from 'vitest';
import { anEvent } from '../../testing/events.ts';
import { startRsyslog, type Rsyslog } from '../../testing/rsyslog.ts';
import { agent, authority, forged } from '../../testing/tls-parties.ts';
import { until } from '../../testing/until.ts';
import { createWorld, type World } from '../../testing/world.ts';
import { syslogSchema } from '../config/log-settings.ts';
import { systemClock } from '../infra/clock.ts';
import { createSyslog } from '../infra/log/syslog.ts';
import { entryMessage } from '../infra/log/syslog-message.ts';
import { createLogger } from '../infra/logger.ts';
import { createStreamWatch, startRecordStream, type StreamWatch } from '../modules/audit/stream-record.ts';
import { createAuditStreamStore } from '../record/audit-stream-store.ts';

const sends = (
  world: World,
  { port }: Rsyslog,
  party = agent,
): AsyncDisposable & { readonly watch: StreamWatch } => {
  const { isEncrypted, facility, maxBytes } = syslogSchema.parse({ host: 'localhost', port });
  const settings = {
    ...{ host: 'localhost', port, isEncrypted, facility, maxBytes },
    ...{ authoritiesFile: authority, certificateFile: party.cert, keyFile: party.key },
  };
  const store = createAuditStreamStore(world.services.database);
  const name = `localhost:${port}`;
  const stream = startRecordStream({
    store,
    name,
    open: (onClose) => createSyslog(settings, entryMessage, onClose),
    readTo: world.services.reader.position,
    logger: createLogger({ level: 'silent' }),
  });
  return {
    watch: createStreamWatch(store, name, systemClock),
    [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  };
};

/** Of every kind of character, and of lengths at which messages are cut. */
const texts = [
  'plain',
  'Ünïcode 漢字 🙂 \u202e\u2028',
  'line\nbreak\r\n\t\u001b[31m\u007f',
  '"quoted" \\ <34>1 - %d 12 <',
  // About as long as a message may be.
  ...Array.from({ length: 60 }, (_, at) => 'x'.repeat(7_400 + 15 * at)),
];
const records = async (world: World, count: number): Promise<void> => {
  await world.services.journal.transaction((tx) => {
    for (let at = 0; at < count; at += 1)
      tx.record(
        anEvent(world.tenantId, {
          type: 'session.ended',
          summary: `Ended ${at}`,
          data: { at, text: texts[at % texts.length] ?? '' },
        }),
      );
    return Promise.resolve();
  });
};

interface Kept {
  readonly seq: string;
  /** Null where the message was too long for it, and says so. */
  readonly data: unknown;
}
const kept = async (world: World): Promise<readonly Kept[]> =>
  (await world.owner.query<{ seq: bigint; data: unknown }>('SELECT seq, data FROM event ORDER BY seq')).map(
    ({ seq, data }) => ({ seq: String(seq), data }),
  );

/** What was written down of each entry, the first time. Throws where a line is not one whole message. */
const received = async (rsyslog: Rsyslog): Promise<readonly Kept[]> => {
  const entries = new Map<string, Kept>();
  for (const line of await rsyslog.messages()) {
    const [, text = ''] = /^<\d+>1 \S+ \S+ countersign \d+ \S+ - (\{.*\})$/.exec(line) ?? [];
    if (text === '')
      throw new Error(`This is no whole message of ours: ${line.length} ${line.slice(0, 200)}`);
    const { seq, data = null, dataLeftOut } = JSON.parse(text) as Kept & { readonly dataLeftOut?: boolean };
    if (data === null && dataLeftOut !== true) throw new Error(`${seq} has no data, and does not say so.`);
    if (!entries.has(seq)) entries.set(seq, { seq, data });
  }
  return [...entries.values()];
};
const isAllThere = async (world: World, rsyslog: Rsyslog): Promise<void> => {
  const [there, expected] = [await received(rsyslog), await kept(world)];
  expect(there.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
  for (const [at, { data }] of there.entries()) if (data !== null) expect(data).toEqual(expected[at]?.data);
};
const hasAll = (world: World, rsyslog: Rsyslog): Promise<unknown> =>
  until(
    async () => {
      const [there, expected] = [await received(rsyslog), await kept(world)];
      return there.length >= expected.length ? true : undefined;
    },
    () => 'rsyslog lacks entries',
    { timeoutMs: 60_000 },
  );

test('rsyslogd has every entry whole, in order, through a stop, a kill and a time without it', async () => {
  await using rsyslog = await startRsyslog();
  await using world = await createWorld({ background: 'NONE' });
  await using _ = sends(world, rsyslog);
  await records(world, 300);
  await hasAll(world, rsyslog);
  await isAllThere(world, rsyslog);

  for (const how of ['TERM', 'KILL'] as const) {
    // In the middle of it.
    await records(world, 300);
    await rsyslog.stop(how);
    await records(world, 300);
    await rsyslog.start();
    await records(world, 10);
    await hasAll(world, rsyslog);
    await isAllThere(world, rsyslog);
  }
}, 180_000);

test('rsyslogd has nothing of whom its authority did not vouch for, and all of who comes after', async () => {
  await using rsyslog = await startRsyslog();
  await using world = await createWorld({ background: 'NONE' });
  await records(world, 10);
  const { watch, ...stranger } = sends(world, rsyslog, forged);
  await until(
    async () => ((await watch.lagMs()) > 2_000 ? true : undefined),
    () => 'nothing waits',
  );
  await stranger[Symbol.asyncDispose]();
  expect(await received(rsyslog)).toEqual([]);
  await using _ = sends(world, rsyslog);
  await hasAll(world, rsyslog);
}, 60_000);
