import {
  createArchiveFiles,
  createSealWatch,
  fileAnchor,
  lastHeadsOf,
  logAnchor,
  openAuditKey,
  webhookAnchor,
} from '../modules/audit/index.ts';
import type { Foundation } from './foundation.ts';

/** What seals the record: its key, and where signed heads are kept. */
export const openSealing = async ({ config, database, clock, logger }: Foundation) => {
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
    files: createArchiveFiles(retention.archiveFolder),
  };
};
