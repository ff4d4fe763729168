import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const PlanDocument = graphql(`
  query PlanDocument($taskId: ID!, $revision: Int!) {
    task(id: $taskId) {
      id
      plan(revision: $revision) {
        revision
        hash
        document
      }
    }
  }
`);

/** The exact bytes that will run, asked for only when someone wants to see them. */
export const planDocumentOptions = (taskId: string, revision: number) =>
  documentOptions(PlanDocument, { taskId, revision });
