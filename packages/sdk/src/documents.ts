import { graphql } from './operation.ts';

export const submitTask = graphql(`
  mutation ExecuteTask($input: ExecuteTaskInput!) {
    executeTask(input: $input) {
      replayed
      task {
        id
        status
        goal
      }
      refusal {
        code
        message
        retriable
        retryAfterMs
        details {
          ... on ExistingTask {
            taskId
          }
          ... on InputFaults {
            faults {
              path
              message
            }
          }
        }
      }
    }
  }
`);

export const cancelTask = graphql(`
  mutation CancelTask($input: CancelTaskInput!) {
    cancelTask(input: $input) {
      task {
        id
        status
        goal
      }
      refusal {
        code
        message
        retriable
        retryAfterMs
      }
    }
  }
`);

export const recordFeedback = graphql(`
  mutation RecordFeedback($input: RecordFeedbackInput!) {
    recordFeedback(input: $input) {
      refusal {
        code
        message
        retriable
        retryAfterMs
        details {
          ... on InputFaults {
            faults {
              path
              message
            }
          }
        }
      }
    }
  }
`);

export const answerQuestion = graphql(`
  mutation AnswerQuestion($input: AnswerQuestionInput!) {
    answerQuestion(input: $input) {
      task {
        id
        status
        goal
      }
      refusal {
        code
        message
        retriable
        retryAfterMs
      }
    }
  }
`);

export const readTask = graphql(`
  query Task($id: ID!) {
    task(id: $id) {
      id
      status
      goal
      error {
        code
        message
        retriable
      }
      decision {
        reasons {
          message
        }
      }
      resolution {
        comment
      }
      run {
        steps {
          name
          state
          output
        }
      }
    }
  }
`);

export const watchTask = graphql(`
  subscription TaskUpdated($id: ID!) {
    taskUpdated(id: $id) {
      id
      status
    }
  }
`);

export const readCursor = graphql(`
  query EventCursor {
    eventCursor
  }
`);

export const watchEvents = graphql(`
  subscription Events($after: String, $filter: EventFilter) {
    events(after: $after, filter: $filter) {
      seq
      at
      type
      summary
      taskId
      data
    }
  }
`);

export const readActionTypes = graphql(`
  query ActionTypes {
    capabilities {
      actionTypes
    }
    actionTypes {
      name
      version
      description
      category
      reversible
      inputSchema
    }
  }
`);
