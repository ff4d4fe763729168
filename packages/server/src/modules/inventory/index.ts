/** Keeps what we run and own, and catalogues of files, with where they are from: what agents' tools read. */
export { createInventoryCommands, type InventoryCommands } from './commands.ts';
export { createInventoryQueries, type InventoryQueries } from './queries.ts';
export { importPlatform, readPlatformJob } from './jobs/read-platform.ts';
export { startReadingAgain } from './read-again.ts';
export { createReadForTools } from './read-for-tools.ts';
export type { AssetFormat } from './read-assets.ts';
export type { CatalogueFormatName } from './formats/known.ts';
export { assetFilterInput } from './queries.ts';
export type { DataImport } from '../../record/import-store.ts';
export type { StoredEntry } from '../../record/catalogue-store.ts';
export { importAssetFile, importCatalogueFile } from './import-data.ts';
