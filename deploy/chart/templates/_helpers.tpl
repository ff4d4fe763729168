{{- define "countersign.labels" -}}
app.kubernetes.io/name: countersign
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "countersign.selector" -}}
app.kubernetes.io/name: countersign
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{- define "countersign.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "countersign.claim" -}}
{{ .Values.home.existingClaim | default (printf "%s-home" .Release.Name) }}
{{- end }}

{{- define "countersign.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "countersign.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* The file that all processes read: what the chart knows, and over it what the values say. */ -}}
{{- define "countersign.config" -}}
{{- $made := dict
  "server" (dict "host" "0.0.0.0" "port" 4000 "url" .Values.url)
  "secretSources" (dict "files" (list "/etc/countersign/secrets"))
  "database" (dict "appUrl" "secret:database")
  "queue" (dict "redisUrl" "secret:redis")
  "log" (dict "level" "info") -}}
{{- if .Values.tls.secretName -}}
{{- $_ := set $made.server "tls" (dict
  "certificateFile" "/etc/countersign/tls/tls.crt"
  "keyFile" "/etc/countersign/tls/tls.key") -}}
{{- end -}}
{{- toYaml (mergeOverwrite $made (deepCopy .Values.config)) }}
{{- end }}

{{- /* How a process is asked, by the file that it reads, wherever its values are from: HTTP or HTTPS. */ -}}
{{- define "countersign.scheme" -}}
{{- $server := (include "countersign.config" . | fromYaml).server -}}
{{- if not $server.tls -}}
HTTP
{{- else if hasPrefix "https:" $server.url -}}
HTTPS
{{- else -}}
{{- fail "url must be https where processes speak TLS" -}}
{{- end -}}
{{- end }}
