import {
  createArchiveFiles,
  createSealWatch,
  createStreamWatch,
  fileAnchor,
  lastHeadsOf,
  logAnchor,
  openAuditKey,
  webhookAnchor,
} from '../modules/audit/index.ts';
import { createFileCipher } from '../infra/file-cipher.ts';
import { createSyslog, type SyslogSettings } from '../infra/log/syslog.ts';
import { entryMessage } from '../infra/log/syslog-message.ts';
import { createAuditStreamStore } from '../record/audit-stream-store.ts';
import type { Foundation } from './foundation.ts';

/** Every entry of the record, to a receiver of syslog. */
const streamTo = (settings: SyslogSettings, { database, clock }: Pick<Foundation, 'database' | 'clock'>) => {
  const store = createAuditStreamStore(database);
  const name = `${settings.host}:${settings.port}`;
  return {
    store,
    name,
    open: (onClose: () => void) => createSyslog(settings, entryMessage, onClose),
    watch: createStreamWatch(store, name, clock),
  };
};

/** What seals the record: its key, and where signed heads are kept. */
export const openSealing = async ({ config, live, database, clock, logger }: Foundation) => {
  const { home, retention } = config;
  const { anchor } = config.audit;
  return {
    key: await openAuditKey({ database, clock }, home),
    watch: createSealWatch(database, clock),
    anchors: [
      logAnchor(logger),
      fileAnchor(anchor.file),
      ...(anchor.webhook === null ? [] : [webhookAnchor(anchor.webhook)]),
    ],
    anchorEveryMs: anchor.everyMs,
    keptHeads: () => lastHeadsOf(anchor.file),
    stream: config.audit.syslog && streamTo(config.audit.syslog, { database, clock }),
    files: createArchiveFiles(
      retention.archiveFolder,
      createFileCipher(() => live.now().encryption.keys),
    ),
  };
};
