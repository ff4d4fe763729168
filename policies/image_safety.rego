# Which container images may run: of known registries, and where it matters named so that they stay what they are.
package countersign.image_safety

import data.countersign.plan

settings := object.union(shipped, object.get(data.settings, "images", {}))

shipped := {"params": {}, "floatingTags": ["", "latest"], "fixedIn": ["PRODUCTION"], "digestIn": [], "registries": []}

# The step's action, and the image that one of its params names.
images contains {"action": step.actionType, "image": image} if {
	some step in input.steps
	step.category != "READ"
	some param in settings.params[step.actionType]
	image := step.params[param]
	is_string(image)
}

deny contains {"rule": "image_safety.floating_tag", "message": message, "facts": facts} if {
	input.environment in settings.fixedIn
	some {"action": action, "image": image} in images
	not has_digest(image)
	tag_of(image) in settings.floatingTags
	message := sprintf(
		"%s may be another image tomorrow; %s runs a tag that never moves, or a digest.",
		[json.marshal(image), plan.environment_name],
	)
	facts := {"actionType": action, "image": image, "environment": input.environment}
}

deny contains {"rule": "image_safety.digest_missing", "message": message, "facts": facts} if {
	input.environment in settings.digestIn
	some {"action": action, "image": image} in images
	not has_digest(image)
	message := sprintf("%s names no digest, and %s runs nothing else.", [json.marshal(image), plan.environment_name])
	facts := {"actionType": action, "image": image, "environment": input.environment}
}

deny contains {"rule": "image_safety.unknown_registry", "message": message, "facts": facts} if {
	count(settings.registries) > 0
	some {"action": action, "image": image} in images
	not is_known(image)
	message := sprintf("%s comes from none of the registries that policy knows.", [json.marshal(image)])
	facts := {"actionType": action, "image": image}
}

is_known(image) if {
	some registry in settings.registries
	startswith(image, registry)
}

has_digest(image) if contains(image, "@sha256:")

# A port is no tag: what follows the last colon behind the last slash.
tag_of(image) := tag if {
	parts := split(image, "/")
	pieces := split(parts[count(parts) - 1], ":")
	count(pieces) > 1
	tag := pieces[count(pieces) - 1]
} else := ""
