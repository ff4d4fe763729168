import { isUtf8 } from 'node:buffer';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { inexactNumber, inexactWords } from '../../domain/exact-number.ts';
import { jsonFault, type JsonObject } from '../../domain/json.ts';
import { doubledNames } from '../../infra/json-file.ts';
import { pathOf } from '../../infra/input-words.ts';
import { contentChecks, contentFaults, type ContentCheck } from './intent-content.ts';
import type { IntentCode } from './intent-codes.ts';
import intentSchema from './intent.schema.json' with { type: 'json' };
import { threatFaults, type ThreatLevel } from './intent-threats.ts';

/** Bounds of an intent file: bytes, containers within containers, values in all. */
export const intentLimits = { bytes: 10 * 1_048_576, depth: 10, values: 50_000 } as const;

/** What an intent file may be named. Its claim and its status have longer names, and a file system takes 255 bytes. */
export const intentFileName = /^intent-[a-zA-Z0-9\-_]{1,180}\.json$/;

/** SCHEMA looks at form and schema alone. */
export type SecurityMode = 'STRICT' | 'SCHEMA';

type Check = 'format' | 'schema' | ContentCheck | 'threats';

/** What came of the four stages: format, schema, security, threats. */
export interface IntentVerdict {
  readonly valid: boolean;
  /** Why it is not valid; null where it is. */
  readonly code: IntentCode | null;
  /** What was looked at, and whether it was as it must be. */
  readonly securityChecks: Readonly<Partial<Record<Check, boolean>>>;
  /** Every fault with its place: `replicas: must be <= 100`. */
  readonly violations: readonly string[];
  readonly threatLevel: ThreatLevel;
  /** Its texts in one spelling (NFC); null where it is not valid. */
  readonly intent: JsonObject | null;
}

export type CheckIntent = (bytes: Buffer, mode?: SecurityMode) => IntentVerdict;

export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Told of one intent: a file decides how many there are. */
const mostFaults = 50;

/**
 * Holds intent files against a JSON Schema (draft-07; the one of scaling intents where left out).
 *
 * @throws where the schema itself is none.
 */
export const createIntentCheck = (schema: object = intentSchema): CheckIntent => {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, logger: false });
  const isValid = ajv.compile(schema);
  return (bytes, mode = 'STRICT') => {
    const form = readForm(bytes);
    if (!form.ok) return refusedAt(form.code, { format: false }, [form.fault]);
    const faults = schemaFaults(isValid, form.intent);
    const checks: Partial<Record<Check, boolean>> = { format: true, schema: faults.length === 0 };
    if (mode === 'SCHEMA') return verdictOf(form.intent, checks, faults, 'NONE');
    const content = contentFaults(form.intent);
    for (const check of contentChecks) checks[check] = !content.some((fault) => fault.check === check);
    const threats = threatFaults(form.intent);
    checks.threats = threats.faults.length === 0;
    return verdictOf(form.intent, checks, [...faults, ...content, ...threats.faults], threats.level);
  };
};

type Form =
  | { readonly ok: true; readonly intent: JsonObject }
  | { readonly ok: false; readonly code: IntentCode; readonly fault: Fault };

const unformed = (message: string, path = '', code: IntentCode = 'E001'): Form => ({
  ok: false,
  code,
  fault: { path, message },
});

const readForm = (bytes: Buffer): Form => {
  if (bytes.length > intentLimits.bytes)
    return unformed(`is larger than ${intentLimits.bytes} bytes`, '', 'E002');
  if (!isUtf8(bytes)) return unformed('is not UTF-8 text');
  if (bytes.includes(0)) return unformed('holds a NUL');
  const size = sizeFault(bytes);
  if (size !== null) return unformed(size);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unformed('is no JSON object');
  const fault = jsonFault(value, intentLimits);
  if (fault) return unformed(fault.message, pathOf(fault.path));
  const decimal = inexactNumber(text);
  if (decimal !== null) return unformed(inexactWords(decimal));
  const [doubled] = doubledNames(text);
  if (doubled !== undefined) return unformed(doubled);
  // jsonFault has found nothing that JSON would not carry.
  return { ok: true, intent: normalised(value) as JsonObject };
};

const [quote, escape, comma] = Buffer.from('"\\,');

/** Before anything parses it: what is nested a million times keeps a parser busy for many seconds. */
const sizeFault = (bytes: Buffer): string | null => {
  let depth = 0;
  let values = 1;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isText) {
      if (byte === escape) at += 1;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    else if (byte === comma) values += 1;
    if (depth > intentLimits.depth) return `must not be nested deeper than ${intentLimits.depth}`;
    if (values > intentLimits.values) return `must not hold more than ${intentLimits.values} values`;
  }
  return null;
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** One spelling of what looks the same, at any depth that `intentLimits` lets through. */
const normalised = (value: unknown): unknown => {
  if (typeof value === 'string') return value.normalize('NFC');
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [name.normalize('NFC'), normalised(held)]),
  );
};

const schemaFaults = (isValid: ValidateFunction, intent: JsonObject): readonly Fault[] =>
  isValid(intent) ? [] : (isValid.errors ?? []).map(faultOf);

const faultOf = ({ instancePath, keyword, message, params }: ErrorObject): Fault => {
  const path = instancePath.slice(1).replaceAll('/', '.');
  const extra: unknown = params['additionalProperty'];
  if (keyword === 'additionalProperties')
    return { path, message: `must not have "${String(extra).slice(0, 64)}"` };
  if (keyword === 'const') return { path, message: `must be ${JSON.stringify(params['allowedValue'])}` };
  if (keyword === 'enum')
    return { path, message: `must be one of ${JSON.stringify(params['allowedValues'])}` };
  return { path, message: message ?? keyword };
};

const refusedAt = (
  code: IntentCode,
  securityChecks: IntentVerdict['securityChecks'],
  faults: readonly Fault[],
  threatLevel: ThreatLevel = 'NONE',
): IntentVerdict => ({
  valid: false,
  code,
  securityChecks,
  violations: faults
    .slice(0, mostFaults)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)),
  threatLevel,
  intent: null,
});

const verdictOf = (
  intent: JsonObject,
  securityChecks: IntentVerdict['securityChecks'],
  faults: readonly Fault[],
  threatLevel: ThreatLevel,
): IntentVerdict => {
  if (faults.length > 0) return refusedAt('E003', securityChecks, faults, threatLevel);
  return { valid: true, code: null, securityChecks, violations: [], threatLevel, intent };
};
