import type { StopSubject } from '../domain/kill-switch.ts';
import { createKnownQuarantines } from '../modules/sources/index.ts';
import { createFindStop, createKnownStops } from '../modules/stops/index.ts';
import { readKillSwitch } from '../platforms/index.ts';
import { createKillSwitchStore } from '../record/kill-switch-store.ts';
import { createQuarantineStore } from '../record/quarantine-store.ts';
import { createStopFile } from '../record/stop-file.ts';
import type { Foundation } from './foundation.ts';

/** What people stopped, and how it is known here. */
export const openStops = ({ config, database, reader, logger, stack }: Foundation) => {
  const quarantineStore = createQuarantineStore(database);
  const knownQuarantines = createKnownQuarantines(quarantineStore, logger);
  stack.use(reader.onEvents(knownQuarantines.note));
  const killSwitches = createKillSwitchStore(database);
  const stopFile = createStopFile(config.home);
  const stops = createKnownStops(killSwitches, stopFile);
  stack.use(reader.onEvents(stops.note));
  const readStop = (subject: StopSubject) => readKillSwitch(stops.of, subject);
  return {
    killSwitches,
    stopFile,
    stops,
    readStop,
    findStop: createFindStop(readStop, knownQuarantines.of),
    quarantineStore,
    knownQuarantines,
    forgetStops: stops.forget,
  };
};
