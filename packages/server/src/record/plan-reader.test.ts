import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aDocument, aDocumentStep, aPlannedStep } from '../../testing/domain-samples.ts';
import { planSummary } from '../domain/plan-summary.ts';
import { shownStep, type Plan, type PlanDocument } from '../domain/plan.ts';
import { canonicalJson } from '../infra/digest.ts';
import { planReader } from './plan-reader.ts';
import { overviewDigest, stepDigest } from './shown-digest.ts';

const steps = [
  aPlannedStep({
    summary: 'Delete one file',
    diffs: [
      {
        type: 'FILE',
        path: 'secrets.env',
        change: 'DELETE',
        additions: 0,
        deletions: 1,
        hunks: [
          {
            oldStart: 1,
            oldLines: 1,
            newStart: 0,
            newLines: 0,
            lines: [{ kind: 'REMOVE', text: 'KEY=1', oldNumber: 1, newNumber: null }],
          },
        ],
        isBinary: false,
        isTruncated: false,
      },
    ],
    findings: [{ severity: 'HIGH', message: 'It holds a key' }],
  }),
  aPlannedStep({ name: 'step-2', ordinal: 1, summary: 'Send one request' }),
];
const summary = planSummary(steps, 'DEVELOPMENT');
const riskFactors = ['It holds a key', 'deletes a file'];
const document: PlanDocument = aDocument({
  shown: overviewDigest({ summary, riskFactors }),
  steps: steps.map(({ name, ordinal }, index) => {
    const planned = steps[index];
    return aDocumentStep({ name, ordinal, ...(planned ? { shown: stepDigest(shownStep(planned)) } : {}) });
  }),
});
const bytes = canonicalJson(document);
const presentation: Plan['presentation'] = { riskFactors, steps: steps.map(shownStep) };

describe('reading a plan', () => {
  it('gives what its bytes say, and their hash', () => {
    const hash = planReader.hash(bytes);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(planReader.read({ document: bytes, hash })).toEqual({ document, hash });
  });

  it.each<[title: string, document: string, hash?: string]>([
    ['bytes of another hash', bytes, planReader.hash(`${bytes} `)],
    ['no hash', bytes, ''],
    ['a hash in capitals', bytes, planReader.hash(bytes).toUpperCase()],
    ['the hash without its domain', bytes, stepDigest(JSON.parse(bytes) as never)],
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['another format', canonicalJson({ ...document, format: 'countersign.plan/2' })],
    ['a step that is none', canonicalJson({ ...document, steps: [null] })],
    [
      'a step without dependsOn',
      canonicalJson({ ...document, steps: [{ ...document.steps[0], dependsOn: undefined }] }),
    ],
    ['steps that are no list', canonicalJson({ ...document, steps: {} })],
    ['a field that nobody knows', canonicalJson({ ...document, also: 1 })],
  ])('refuses %s', (_title, text, hash = planReader.hash(text)) => {
    expect(planReader.read({ document: text, hash })).toBeNull();
  });
});

describe('what is shown of a plan', () => {
  const stored = {
    document: bytes,
    hash: planReader.hash(bytes),
    presentation,
    summary,
    risk: document.risk,
  };
  const isTrue = (shown: Partial<typeof stored>): boolean =>
    planReader.readAsShown({ ...stored, ...shown }) !== null;

  it('is as planned', () => {
    expect(planReader.readAsShown(stored)).toEqual(document);
  });

  it('is as planned after a database wrote its keys in another order', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, child]) => [key, turned(child)]),
      );
    };
    expect(isTrue({ presentation: turned(presentation) as Plan['presentation'] })).toBe(true);
  });

  it.each<[title: string, shown: Partial<typeof stored>]>([
    ['other bytes', { document: bytes.replace('"step-2"', '"step-3"') }],
    ['another hash', { hash: planReader.hash('') }],
    ['another summary', { summary: 'Do nothing' }],
    ['another risk', { risk: 'CRITICAL' }],
    ['a risk that is left out', { presentation: { ...presentation, riskFactors: riskFactors.slice(1) } }],
    ['risks in another order', { presentation: { ...presentation, riskFactors: riskFactors.toReversed() } }],
    ['a step that is left out', { presentation: { ...presentation, steps: presentation.steps.slice(1) } }],
    [
      'a step too many',
      { presentation: { ...presentation, steps: [...presentation.steps, ...presentation.steps] } },
    ],
    ['steps in another order', { presentation: { ...presentation, steps: presentation.steps.toReversed() } }],
  ])('is not with %s', (_title, shown) => {
    expect(isTrue(shown)).toBe(false);
  });

  it('is not with any place of a step changed', () => {
    const places = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
            places(child, [...path, Array.isArray(value) ? Number(key) : key]),
          )
        : [path];
    const property = fc.property(
      fc.constantFrom(...places(presentation.steps)),
      fc.oneof(fc.string(), fc.integer({ min: 2 }), fc.boolean(), fc.constant(null)),
      (path, value) => {
        const altered: unknown = structuredClone(presentation.steps);
        const parent = path
          .slice(0, -1)
          .reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], altered);
        const last = path.at(-1) ?? 0;
        fc.pre((parent as Record<string | number, unknown>)[last] !== value);
        (parent as Record<string | number, unknown>)[last] = value;
        expect(isTrue({ presentation: { riskFactors, steps: altered as never } })).toBe(false);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});
