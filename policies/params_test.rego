package countersign.params_test

import data.countersign.fixtures
import data.countersign.params

scale(params) := fixtures.with_step({
	"actionType": "kubernetes.deployment.scale",
	"params": object.union({"cluster": "live", "namespace": "shop", "name": "web", "replicas": 5}, params),
})

test_an_ordinary_scale_is_silent if {
	count(params.deny) == 0 with input as scale({})
	count(params.deny) == 0 with input as scale({"replicas": 0})
	count(params.deny) == 0 with input as scale({"replicas": 100})
}

test_system_namespaces_are_refused if {
	every namespace in ["kube-system", "kube-public", "kube-node-lease", "kube-flannel", "istio-system", "default"] {
		{denial.rule | some denial in params.deny} == {"params.forbidden_value"} with input as scale({"namespace": namespace})
	}
}

test_the_refusal_names_the_value if {
	params.deny == {{
		"rule": "params.forbidden_value",
		"message": "kubernetes.deployment.scale may not be asked for with namespace \"kube-system\".",
		"facts": {"actionType": "kubernetes.deployment.scale", "param": "namespace"},
	}} with input as scale({"namespace": "kube-system"})
}

test_replicas_have_a_limit_by_environment if {
	params.deny == {{
		"rule": "params.too_much",
		"message": "kubernetes.deployment.scale may be asked for with at most 100 replicas in development.",
		"facts": {"actionType": "kubernetes.deployment.scale", "param": "replicas", "most": 100, "environment": "DEVELOPMENT"},
	}} with input as scale({"replicas": 101})
	few := object.union(scale({"replicas": 6}), {"environment": "PRODUCTION"})
	count(params.deny) == 1 with input as few
		with data.settings.params["kubernetes.deployment.scale"].replicas.most.PRODUCTION as 5
}

test_what_is_no_number_is_not_within if {
	{denial.rule | some denial in params.deny} == {"params.too_much"} with input as scale({"replicas": "5"})
}

test_what_is_not_there_is_refused if {
	step := object.union(fixtures.step, {"actionType": "kubernetes.deployment.scale", "params": {"namespace": "shop"}})
	{denial.rule | some denial in params.deny} == {"params.missing_value"} with input as fixtures.with_fields({"steps": [step]})
}

test_every_step_is_looked_at if {
	bad := object.union(fixtures.step, {
		"actionType": "kubernetes.deployment.scale",
		"params": {"namespace": "kube-system", "replicas": 5},
	})
	count(params.deny) == 1 with input as fixtures.with_fields({"steps": [fixtures.step, bad]})
}

test_other_actions_are_silent if {
	count(params.deny) == 0 with input as fixtures.harmless
}
