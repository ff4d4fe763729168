import type { CatalogueKind } from '../../../domain/asset.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { RowsRead } from '../reading-rows.ts';

/** An entry as a file has it, in the one form of its kind. */
export interface EntryRow {
  readonly externalId: string;
  readonly name: string;
  readonly at: Date | null;
  readonly data: JsonObject;
}

/** A public format of files, and what its entries are. */
export interface CatalogueFormat {
  readonly kind: CatalogueKind;
  readonly read: (content: string) => Promise<RowsRead<EntryRow>>;
}
