import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, PlanContext } from '../contract/executor.ts';
import { notNamed, refusedName } from '../kit/configured-names.ts';
import { moved, notAllowed, notHeld, type ExecutorError } from '../kit/executor-error.ts';
import { openRobotLink, robotStateSchema, type RobotPlace, type RobotState } from './robot-link.ts';

export interface Robot extends RobotPlace {
  /** Whether it makes one movement of two commands with the same correlation data. */
  readonly deduplicates: boolean;
}

const input = z
  .strictObject({
    robot: z.string().min(1).max(63).describe('A robot that configuration names.'),
    command: z.enum(['MOVE', 'STOP']).default('MOVE').describe('STOP brings it to a safe stop where it is.'),
    position: z
      .number()
      .min(-1_000_000)
      .max(1_000_000)
      .optional()
      .describe('Where to move, in the units of the robot. Of MOVE alone.'),
    deadlineMs: z
      .int()
      .min(1_000)
      .max(60_000)
      .default(10_000)
      .describe('How long the robot has to say that it is done. It gets no command later than that.'),
  })
  .superRefine(({ command, position }, context) => {
    if ((command === 'MOVE') === (position !== undefined)) return;
    const message = command === 'MOVE' ? 'MOVE needs a position' : 'STOP takes no position';
    context.addIssue({ code: 'custom', path: ['position'], message });
  })
  .meta({ examples: [{ robot: 'arm-1', command: 'MOVE', position: 40 }] });
type ActuateInput = z.output<typeof input>;

export type ActuateOutput = { readonly robot: string } & RobotState;

const traits: ActionTraits = {
  name: 'robot.actuate',
  version: 1,
  platform: 'robot',
  category: 'WRITE',
  idempotency: 'NONE',
  // A safe stop ends what was begun; it brings no position back.
  reversible: false,
  budget: { timeMs: 75_000, network: 'INTERNAL' },
};

const safeStopDeadlineMs = 5_000;

/** Has a robot move, or stop, and takes its own word for an acknowledgement. */
export const createRobotActuate = (
  robots: Readonly<Record<string, Robot>>,
): ActionExecutor<ActuateInput, ActuateOutput> => {
  const robotOf = (name: string): Robot | undefined =>
    Object.hasOwn(robots, name) ? robots[name] : undefined;
  const unnamed = (name: string) => ({ what: 'robot', name, names: Object.keys(robots), setting: 'robots' });
  const openRobot = (name: string): Robot => {
    const robot = robotOf(name);
    if (robot) return robot;
    throw notAllowed(notNamed(unnamed(name)).message);
  };
  return {
    traits,
    description: 'Has a robot move or stop, by a command over MQTT that it acknowledges.',
    input,
    traitsFor: ({ robot }) => (robotOf(robot)?.deduplicates ? { idempotency: 'NATIVE_KEY' } : {}),
    isAsForeseen: (foreseen, found) =>
      isSame(robotStateSchema.parse(foreseen), robotStateSchema.parse(found)),
    endpointOf: ({ robot }) => robotOf(robot)?.broker ?? '',
    plan: async (given, context) => {
      const robot = robotOf(given.robot);
      return robot ? planMove(given, robot, context) : refused(refusedName('robot', unnamed(given.robot)));
    },
    apply: async (given, context) => {
      const robot = openRobot(given.robot);
      await using link = await openRobotLink(robot, context);
      const found = robotStateSchema.parse(context.precondition);
      const now = await link.readState();
      const isDone = isSame(now, wantedOf(given, found));
      if (!isSame(now, found) && !(context.attempt > 1 && isDone)) throw notAsFound(robot, context.attempt);
      const command =
        given.position === undefined
          ? ({ command: 'STOP' } as const)
          : ({ command: 'MOVE', position: given.position } as const);
      const state = await link.command(command, context.idempotencyKey, given.deadlineMs);
      return { robot: robot.name, ...state };
    },
    verify: async (given, output, context) => {
      await using link = await openRobotLink(openRobot(given.robot), context);
      const now = await link.readState();
      if (!isSame(now, output) || !isSame(now, wantedOf(given, now)))
        throw notHeld(`${quoted(given.robot)} ${inWords(now)}.`);
    },
    // Whatever it does by now, and whoever had it do that: to stop it is safe.
    compensate: async (given, _output, context) => {
      const robot = openRobot(given.robot);
      await using link = await openRobotLink(robot, context);
      const now = await link.readState();
      if (!now.isStopped) await link.command({ command: 'STOP' }, context.idempotencyKey, safeStopDeadlineMs);
      return { robot: robot.name, isStopped: true };
    },
  };
};

const isSame = (one: RobotState, other: RobotState): boolean =>
  one.position === other.position && one.isStopped === other.isStopped;

const wantedOf = ({ position }: ActuateInput, found: RobotState): RobotState =>
  position === undefined ? { position: found.position, isStopped: true } : { position, isStopped: false };

const inWords = ({ position, isStopped }: RobotState): string =>
  `is at ${position}${isStopped ? ', and stopped' : ''}`;

/** After an attempt of ours, that may be what moved it. */
const notAsFound = ({ name }: Robot, attempt: number): ExecutorError =>
  attempt > 1
    ? notHeld(`${quoted(name)} stands where nobody expected it.`)
    : moved(`${quoted(name)} has moved since the plan was made.`);

/** Where it will stand once earlier steps of the task have moved it; where none does, where it stands. */
const stateToPlanOn = async (robot: Robot, context: PlanContext): Promise<RobotState> => {
  const last = context.foreseen?.at(-1);
  if (last !== undefined) return robotStateSchema.parse(last);
  await using link = await openRobotLink(robot, context);
  return await link.readState();
};

const planMove = async (
  given: ActuateInput,
  robot: Robot,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const found = await stateToPlanOn(robot, context);
  const wanted = wantedOf(given, found);
  const name = quoted(robot.name);
  if (isSame(found, wanted)) {
    const path = given.command === 'MOVE' ? 'position' : 'command';
    return refused(refusalAt(path, 'NOTHING_TO_CHANGE', `Nothing would change: ${name} ${inWords(found)}.`));
  }
  const fields = (['position', 'isStopped'] as const).filter((field) => found[field] !== wanted[field]);
  const isMove = given.command === 'MOVE';
  return accepted({
    summary: `${
      isMove
        ? `Move robot ${name} from ${found.position} to ${wanted.position}`
        : `Stop robot ${name} at ${found.position}`
    } within ${given.deadlineMs / 1_000} s`,
    targets: [{ kind: 'robot', name: robot.name }],
    precondition: { ...found },
    leaves: { ...wanted },
    diffs: fields.map((field) => ({
      type: 'FIELD' as const,
      path: `/${field}`,
      before: found[field],
      after: wanted[field],
      isDestructive: false,
    })),
    findings: isMove
      ? [
          {
            severity: 'HIGH',
            message: `${name} moves where people may be${found.isStopped ? ', and it was stopped' : ''}. A rollback stops it safely where it is then, and does not bring it back.`,
          },
        ]
      : [],
  });
};
