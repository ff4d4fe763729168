import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { PolicyVerdict } from '../src/domain/decision.ts';

/** An OPA server whose rules give one verdict for everything, until it is changed. */
export interface OpaServer extends AsyncDisposable {
  readonly url: string;
  /** What it says; null for a server that has broken down. */
  answers(verdict: PolicyVerdict | null): void;
  /** Changes the source of its rules. */
  loads(source: string): void;
  /** How often it was asked for a decision. */
  readonly questions: () => number;
}

const dataFile = join(import.meta.dirname, '../../../policies/data.json');

export const allowing: PolicyVerdict = {
  deny: [],
  hard: [],
  require: [],
  autonomyLevel: 4,
  approval: {
    required: 1,
    stages: [],
    vetoGroups: [],
    mayEditorApprove: false,
    rememberRejectionMs: 0,
    remindAfterMs: [],
    escalation: null,
    expiresInMs: 3_600_000,
    undoWindowMs: 0,
    startWithinMs: 900_000,
  },
};

export const startOpaServer = async (): Promise<OpaServer> => {
  const { settings } = JSON.parse(await readFile(dataFile, 'utf8')) as { settings: object };
  let verdict: PolicyVerdict | null = allowing;
  let questions = 0;
  let raw = 'package countersign';
  const resultOf = (path: string): object | null => {
    if (path === '/v1/policies') return [{ id: 'main.rego', raw }];
    if (path === '/v1/data/settings') return settings;
    if (path === '/v1/data/system/bundles') return { shop: { manifest: { revision: raw } } };
    questions += 1;
    return verdict;
  };
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const result = resultOf(request.url ?? '');
      response
        .writeHead(result ? 200 : 500, { 'content-type': 'application/json' })
        .end(JSON.stringify({ result }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers: (next) => {
      verdict = next;
    },
    loads: (source) => {
      raw = source;
    },
    questions: () => questions,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
