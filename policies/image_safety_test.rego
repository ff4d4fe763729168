package countersign.image_safety_test

import data.countersign.fixtures
import data.countersign.image_safety

rolled_out(environment, image) := object.union(
	fixtures.with_step({
		"actionType": "kubernetes.deployment.image",
		"category": "DEPLOY",
		"params": {"cluster": "live", "namespace": "shop", "name": "web", "image": image},
	}),
	{"environment": environment},
)

denied(plan) := {finding.rule | some finding in image_safety.deny with input as plan}

test_a_fixed_tag_runs_in_production if {
	denied(rolled_out("PRODUCTION", "web:1.5.0")) == set()
	denied(rolled_out("PRODUCTION", "registry.local:5000/shop/web:1.5.0")) == set()
}

test_a_floating_tag_does_not if {
	every image in ["web", "web:latest", "registry.local:5000/shop/web"] {
		denied(rolled_out("PRODUCTION", image)) == {"image_safety.floating_tag"}
		denied(rolled_out("STAGING", image)) == set()
	}
}

test_a_digest_says_it_whatever_the_tag if {
	denied(rolled_out("PRODUCTION", "web:latest@sha256:0a1b")) == set()
}

test_the_sentence_names_the_image if {
	{finding.message | some finding in image_safety.deny} == {"\"web:latest\" may be another image tomorrow; production runs a tag that never moves, or a digest."} with input as rolled_out("PRODUCTION", "web:latest")
}

test_registries_and_digests_are_data if {
	plan := rolled_out("STAGING", "elsewhere.example/web:1")
	{finding.rule | some finding in image_safety.deny} == {"image_safety.unknown_registry", "image_safety.digest_missing"} with input as plan
		with data.settings.images.registries as ["registry.local:5000/"]
		with data.settings.images.digestIn as ["STAGING"]
	count(image_safety.deny) == 0 with input as rolled_out("STAGING", "registry.local:5000/web@sha256:0a1b")
		with data.settings.images.registries as ["registry.local:5000/"]
		with data.settings.images.digestIn as ["STAGING"]
}

test_other_actions_are_silent if {
	denied(fixtures.in_production({})) == set()
}
