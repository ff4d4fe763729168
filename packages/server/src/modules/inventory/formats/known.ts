import { focus } from './charges.ts';
import { oscal } from './controls.ts';
import { openapi, terraformPlan } from './documents.ts';
import type { CatalogueFormat } from './entry.ts';
import { images } from './images.ts';
import { jsonLines } from './logs.ts';
import { nvd, osv } from './vulnerabilities.ts';

export const catalogueFormats = [
  'NVD_JSON',
  'OSV_JSON',
  'OSCAL_JSON',
  'FOCUS_CSV',
  'LOG_JSON_LINES',
  'GOLDEN_IMAGES_JSON',
  'OPENAPI_JSON',
  'TERRAFORM_PLAN_JSON',
] as const;
export type CatalogueFormatName = (typeof catalogueFormats)[number];

export const formats: Readonly<Record<CatalogueFormatName, CatalogueFormat>> = {
  NVD_JSON: nvd,
  OSV_JSON: osv,
  OSCAL_JSON: oscal,
  FOCUS_CSV: focus,
  LOG_JSON_LINES: jsonLines,
  GOLDEN_IMAGES_JSON: images,
  OPENAPI_JSON: openapi,
  TERRAFORM_PLAN_JSON: terraformPlan,
};
