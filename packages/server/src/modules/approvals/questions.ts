import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import { eventOf } from '../../domain/events.ts';
import { noteFault } from '../../domain/note.ts';
import type { Caller } from '../../domain/principal.ts';
import { askingFault, mayAnswer, type Question } from '../../domain/question.ts';
import { endOpenDecoy } from '../../record/end-decoy.ts';
import type { Voter } from '../../domain/stand-in.ts';
import type { Task } from '../../domain/task.ts';
import type { NewId } from '../../infra/ids.ts';
import type { FindPrincipal } from '../../record/access-store.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { questionStore } from '../../record/question-store.ts';
import type { TaskStore } from '../../record/task-store.ts';
import type { Decided } from './decide-approvals.ts';

export interface QuestionDependencies {
  readonly journal: Journal;
  readonly tasks: TaskStore;
  readonly approvals: ApprovalStore;
  readonly findPrincipal: FindPrincipal;
  readonly newId: NewId;
}

interface About {
  readonly task: Task;
  readonly request: ApprovalRequest;
  readonly questions: readonly Question[];
  readonly now: Date;
}

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');
const notAsked = refusal('NOT_IN_THIS_STATE', 'Nobody is asked about this task now.');
const nothingAsked = refusal('NOT_IN_THIS_STATE', 'No question about this task waits for an answer.');
const notTheirs = refusal(
  'AUTHORIZATION_FAILED',
  'Only who submitted the task, or who owns them, answers for it.',
);

/** The question stands on the request, which stays open; the requester is told by an event. */
export const askRequester = (
  deps: QuestionDependencies,
  viewer: Voter,
  taskId: string,
  question: string,
): Promise<Outcome<Decided>> =>
  withRequest(deps, viewer, taskId, async (tx, { task, request, questions, now }) => {
    const no = askingFault(request, questions, viewer) ?? textFault(question, 'question');
    if (no) return refused(no);
    const word = { by: viewer, isApproval: false, consideredMs: null };
    const uncovered = await endOpenDecoy(deps, tx, { task, request }, word, now);
    if (uncovered) return accepted({ task: uncovered.task, approval: uncovered.request });
    const asked: Question = {
      id: deps.newId(),
      tenantId: task.tenantId,
      approvalId: request.id,
      askedById: viewer.id,
      question,
      askedAt: now,
      answer: null,
      answeredById: null,
      answeredAt: null,
    };
    questionStore.insert(tx, [asked]);
    tx.record(
      eventOf(task, now, viewer.id)('approval.asked', `${viewer.name} asks: ${question}`, {
        approvalId: request.id,
        questionId: asked.id,
        question,
      }),
    );
    return accepted({ task, approval: request });
  });

/** Answers the question that is named, or the oldest that waits. */
export const answerQuestion = (
  deps: QuestionDependencies,
  viewer: Caller,
  taskId: string,
  { answer, questionId }: { readonly answer: string; readonly questionId?: string | undefined },
): Promise<Outcome<Decided>> =>
  withRequest(deps, viewer, taskId, async (tx, { task, request, questions, now }) => {
    const requester = await deps.findPrincipal(task.submittedById);
    if (!mayAnswer(task, requester ?? { ownerId: null }, viewer)) return refused(notTheirs);
    const waiting = questions.filter((asked) => asked.answeredAt === null);
    const asked = questionId === undefined ? waiting[0] : waiting.find(({ id }) => id === questionId);
    const no = asked ? textFault(answer, 'answer') : nothingAsked;
    if (!asked || no) return refused(no ?? nothingAsked);
    questionStore.update(tx, [{ ...asked, answer, answeredById: viewer.id, answeredAt: now }]);
    tx.record(
      eventOf(task, now, viewer.id)('approval.answered', `${viewer.name} answers: ${answer}`, {
        approvalId: request.id,
        questionId: asked.id,
        answer,
      }),
    );
    return accepted({ task, approval: request });
  });

const textFault = (text: string, path: string): Refusal | null => {
  const fault = text.trim() === '' ? { path, message: 'must say something' } : noteFault(text, path);
  return fault ? invalidInput([fault]) : null;
};

/** The current request about a task, under the task's lock. */
const withRequest = (
  { journal, tasks, approvals }: QuestionDependencies,
  viewer: Caller,
  taskId: string,
  work: (tx: JournalTransaction, about: About) => Promise<Outcome<Decided>>,
): Promise<Outcome<Decided>> =>
  journal.transaction(async (tx) => {
    const locked = await tasks.lock(tx, [taskId]);
    const task = locked.tasks.get(taskId);
    if (task?.tenantId !== viewer.tenantId) return refused(unknownTask);
    const [request] = await approvals.find(tx, [{ taskId, revision: task.revision }]);
    if (!request) return refused(notAsked);
    const questions = await questionStore.find(tx, [request.id]);
    return work(tx, { task, request, questions, now: locked.now });
  });
