{{- define "headcount.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "headcount.fullname" -}}
{{- $name := include "headcount.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "headcount.selectorLabels" -}}
app.kubernetes.io/name: {{ include "headcount.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Not those of the pods: no traffic is for the pod of `helm test`. */}}
{{- define "headcount.testLabels" -}}
app.kubernetes.io/name: {{ include "headcount.name" . | trunc 58 | trimSuffix "-" }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "headcount.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "headcount.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "headcount.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "headcount.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "headcount.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{/* The name of a second object of a kind: the full name, with what is second in the list behind it. */}}
{{- define "headcount.nameWith" -}}
{{- $suffix := index . 1 }}
{{- printf "%s-%s" (include "headcount.fullname" (index . 0) | trunc (int (sub 62 (len $suffix))) | trimSuffix "-") $suffix }}
{{- end }}

{{/* The Secret with the tokens of callers. */}}
{{- define "headcount.tokensSecret" -}}
{{- default (include "headcount.nameWith" (list . "tokens")) .Values.auth.existingSecret }}
{{- end }}

{{/* The names by which the API is called: those of the Services, of the ingress and of the route, and what is told. */}}
{{- define "headcount.hosts" -}}
{{- $names := list (include "headcount.fullname" .) }}
{{- if .Values.persistence.enabled }}
{{- $names = append $names (printf "*.%s" (include "headcount.nameWith" (list . "pods"))) }}
{{- end }}
{{- $all := list }}
{{- range $name := $names }}
{{- $all = concat $all (list $name (printf "%s.%s" $name $.Release.Namespace) (printf "%s.%s.svc" $name $.Release.Namespace)) }}
{{- $all = append $all (printf "%s.%s.svc.cluster.local" $name $.Release.Namespace) }}
{{- end }}
{{- if .Values.ingress.enabled }}
{{- range .Values.ingress.hosts }}{{- $all = append $all .host }}{{- end }}
{{- end }}
{{- if .Values.httpRoute.enabled }}
{{- $all = concat $all .Values.httpRoute.hostnames }}
{{- end }}
{{- concat $all .Values.auth.hosts | uniq | join "," }}
{{- end }}

{{/* The kind that owns the pods. */}}
{{- define "headcount.workload" -}}
{{- ternary "StatefulSet" "Deployment" .Values.persistence.enabled }}
{{- end }}

{{/* What a stop needs at most. The clock starts before preStop, and the service looks for 5 s after the grace. */}}
{{- define "headcount.stopSeconds" -}}
{{- $confirm := 5 }}
{{- with .Values.shutdown }}
{{- add .preStopSeconds .drainSeconds .graceSeconds $confirm .marginSeconds }}
{{- end }}
{{- end }}

{{- define "headcount.terminationGracePeriodSeconds" -}}
{{- $needed := include "headcount.stopSeconds" . | int64 }}
{{- with .Values.shutdown }}
{{- if kindIs "invalid" .terminationGracePeriodSeconds }}
{{- $needed }}
{{- else if lt (int64 .terminationGracePeriodSeconds) $needed }}
{{- fail (printf "shutdown.terminationGracePeriodSeconds is %d, and a stop may take %d s: preStop %d + drain %d + grace %d + confirm 5 + margin %d. The kubelet would kill the pod before. Leave it out, set at least %d, or lower the others." (int64 .terminationGracePeriodSeconds) $needed (int64 .preStopSeconds) (int64 .drainSeconds) (int64 .graceSeconds) (int64 .marginSeconds) $needed) }}
{{- else }}
{{- int64 .terminationGracePeriodSeconds }}
{{- end }}
{{- end }}
{{- end }}

{{/* The labels that Prometheus gives to the series of this release, however it finds the pods. */}}
{{- define "headcount.seriesSelector" -}}
namespace="{{ .Release.Namespace }}",job="{{ include "headcount.fullname" . }}"
{{- end }}
