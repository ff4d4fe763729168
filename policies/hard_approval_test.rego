package countersign.hard_approval_test

import data.countersign.fixtures
import data.countersign.hard_approval

test_commit_always_asks if {
	hard_approval.hard == {{
		"rule": "hard_approval.action_type",
		"message": "repo.commit always needs a person's approval.",
		"facts": {"actionType": "repo.commit"},
	}} with input as fixtures.with_step({"actionType": "repo.commit"})
}

test_actuate_always_asks if {
	hard_approval.hard == {{
		"rule": "hard_approval.action_type",
		"message": "robot.actuate always needs a person's approval.",
		"facts": {"actionType": "robot.actuate"},
	}} with input as fixtures.with_step({"actionType": "robot.actuate"})
}

test_two_commits_ask_once if {
	commit := object.union(fixtures.step, {"actionType": "repo.commit"})
	count(hard_approval.hard) == 1 with input as fixtures.with_fields({"steps": [commit, commit]})
}

test_other_actions_are_silent if {
	count(hard_approval.hard) == 0 with input as fixtures.harmless
}

test_an_upload_asks_where_it_lets_others_in if {
	upload := {"actionType": "drive.file.upload", "params": {"name": "a", "permissions": [{"type": "anyone"}]}}
	hard_approval.hard == {{
		"rule": "hard_approval.given_param",
		"message": "drive.file.upload with permissions always needs a person's approval.",
		"facts": {"actionType": "drive.file.upload", "param": "permissions"},
	}} with input as fixtures.with_step(upload)
	count(hard_approval.hard) == 0 with input as fixtures.with_step({"actionType": "drive.file.upload"})
}

test_the_list_is_data if {
	count(hard_approval.hard) == 1 with input as fixtures.harmless
		with data.settings.hardApproval.actionTypes as ["http.request"]
}
