# What a person approves every time, whatever the environment, risk or score: kinds of action, and some that are
# such a kind only where they are given a param.
package countersign.hard_approval

hard contains {"rule": "hard_approval.action_type", "message": message, "facts": {"actionType": action_type}} if {
	some action_type in {step.actionType | some step in input.steps}
	action_type in data.settings.hardApproval.actionTypes
	message := sprintf("%s always needs a person's approval.", [action_type])
}

hard contains {"rule": "hard_approval.given_param", "message": message, "facts": facts} if {
	some step in input.steps
	some param in data.settings.hardApproval.givenParams[step.actionType]
	_ := step.params[param]
	message := sprintf("%s with %s always needs a person's approval.", [step.actionType, param])
	facts := {"actionType": step.actionType, "param": param}
}
