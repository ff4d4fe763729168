# Kinds of action that a person approves every time, whatever the environment, risk or score.
package countersign.hard_approval

hard contains {"rule": "hard_approval.action_type", "message": message} if {
	some action_type in {step.actionType | some step in input.steps}
	action_type in data.settings.hardApproval.actionTypes
	message := sprintf("%s always needs a person's approval.", [action_type])
}
