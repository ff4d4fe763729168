import type { CatalogueKind, DataSet } from '../../../domain/asset.ts';
import type { AssetFormat, CatalogueFormatName } from '../../../modules/inventory/index.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';

const catalogues: Readonly<Record<CatalogueKind, string>> = {
  VULNERABILITY: 'Known vulnerabilities, with what they are in.',
  CONTROL: 'Controls of a standard.',
  CHARGE: 'What was billed.',
  LOG: 'Lines of logs.',
  IMAGE: 'Golden images and those that would be.',
  API: 'Operations of an API, as its OpenAPI document has them.',
  TERRAFORM_PLAN: 'What a Terraform plan would change.',
};

/** Words of imported data. */
export const addInventoryEnums = (builder: Builder) => ({
  dataSet: enumOf<DataSet>(builder, 'DataSet', 'What can be taken in.', {
    INVENTORY: 'Assets.',
    ...catalogues,
  }),
  catalogueKind: enumOf<CatalogueKind>(builder, 'CatalogueKind', 'What a catalogue is of.', catalogues),
  assetFormat: enumOf<AssetFormat>(builder, 'AssetFormat', 'How a file of assets is written.', {
    CSV: 'RFC 4180, with a header.',
    JSON: 'A list of objects.',
  }),
  catalogueFormat: enumOf<CatalogueFormatName>(
    builder,
    'CatalogueFormat',
    'How a file of a catalogue is written, and what it is.',
    {
      NVD_JSON: "Vulnerabilities, as the NVD's CVE API 2.0 gives them.",
      OSV_JSON: 'Vulnerabilities in the schema of OSV: one, a list, or { vulns }.',
      OSCAL_JSON: 'Controls: a catalog of OSCAL.',
      FOCUS_CSV: 'Charges, with columns of FOCUS.',
      LOG_JSON_LINES: 'Log lines, a JSON object each.',
      GOLDEN_IMAGES_JSON:
        'Images: a list of { name, version, role, status, digest, builtAt, components, checks }.',
      OPENAPI_JSON: 'An API: an OpenAPI 3 document.',
      TERRAFORM_PLAN_JSON: 'A Terraform plan, as terraform show -json prints it.',
    },
  ),
});
