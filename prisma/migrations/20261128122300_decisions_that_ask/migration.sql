-- What a policy is measured by before it is published: those that ask or deny, behind however many that allow.
CREATE INDEX "policy_decision_asks_idx" ON "policy_decision"("tenant_id", "id") WHERE "outcome" <> 'ALLOW';
