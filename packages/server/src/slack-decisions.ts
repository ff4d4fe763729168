import { wholeTenant } from './domain/sight.ts';
import type { Logger } from './infra/logger.ts';
import { takeFromSlack, type SlackRequest } from './modules/notifications/index.ts';
import type { Services } from './services.ts';

/** What a press of a button in Slack comes to; null where nothing is decided there now. */
export const slackDecisions =
  ({ sending, stores, access, approvals }: Services, logger: Logger) =>
  (request: SlackRequest): Promise<boolean> | null => {
    const { slack, signingSecret, places } = sending.channels();
    if (!slack || signingSecret === null || places.decidesIn === null) return null;
    return takeFromSlack(
      {
        ...sending,
        slack,
        signingSecret,
        decidesIn: places.decidesIn,
        findApproval: (tenantId: string, id: string) => stores.approvals.findById(wholeTenant(tenantId), id),
        findPrincipal: access.findPrincipal,
        decide: approvals.decide,
        logger,
      },
      request,
    );
  };
