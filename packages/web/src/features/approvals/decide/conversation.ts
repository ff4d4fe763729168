import { execute } from '../../../graphql/execute.ts';
import { graphql } from '../../../graphql/graphql.ts';
import type { DecidedOn } from './decide.ts';

const RequestChanges = graphql(`
  mutation RequestChanges($input: RequestChangesInput!) {
    requestChanges(input: $input) {
      refusal {
        message
      }
    }
  }
`);

const AskRequester = graphql(`
  mutation AskRequester($input: AskRequesterInput!) {
    askRequester(input: $input) {
      refusal {
        message
      }
    }
  }
`);

const AnswerQuestion = graphql(`
  mutation AnswerQuestion($input: AnswerQuestionInput!) {
    answerQuestion(input: $input) {
      refusal {
        message
      }
    }
  }
`);

/** Why it was not taken, or null where it was. */
type Complaint = Promise<string | null>;

export const sendChanges = async (on: DecidedOn, comment: string): Complaint =>
  (await execute(RequestChanges, { input: { ...on, comment } })).requestChanges.refusal?.message ?? null;

export const sendQuestion = async (taskId: string, question: string): Complaint =>
  (await execute(AskRequester, { input: { taskId, question } })).askRequester.refusal?.message ?? null;

export const sendAnswer = async (taskId: string, questionId: string, answer: string): Complaint =>
  (await execute(AnswerQuestion, { input: { taskId, questionId, answer } })).answerQuestion.refusal
    ?.message ?? null;
