{{/* How pods are replaced. A cluster takes rollingUpdate beside no other type. */}}
{{- define "headcount.strategy" -}}
type: {{ .Values.strategy.type }}
{{- if eq .Values.strategy.type "RollingUpdate" }}
{{- with .Values.strategy.rollingUpdate }}
rollingUpdate:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "headcount.strategyChecks" -}}
{{- $type := .Values.strategy.type }}
{{- $rolling := dict }}
{{- if eq $type "RollingUpdate" }}{{- $rolling = default dict .Values.strategy.rollingUpdate }}{{- end }}
{{- $unavailable := get $rolling "maxUnavailable" | toString | trimSuffix "%" }}
{{- if .Values.persistence.enabled }}
{{- if eq $type "Recreate" }}
{{- fail "strategy.type Recreate is a Deployment's; with persistence.enabled it is RollingUpdate or OnDelete." }}
{{- else if hasKey $rolling "maxSurge" }}
{{- fail "strategy.rollingUpdate.maxSurge is a Deployment's; a StatefulSet (persistence.enabled) ends a pod before its next one starts: set strategy.rollingUpdate to null, or to {partition: ...}." }}
{{- else if eq $unavailable "0" }}
{{- fail "strategy.rollingUpdate.maxUnavailable is 0, and a StatefulSet (persistence.enabled) ends a pod before its next one starts: set strategy.rollingUpdate to null." }}
{{- end }}
{{- else if eq $type "OnDelete" }}
{{- fail "strategy.type OnDelete is a StatefulSet's; without persistence.enabled it is RollingUpdate or Recreate." }}
{{- else if hasKey $rolling "partition" }}
{{- fail "strategy.rollingUpdate.partition is a StatefulSet's; without persistence.enabled there are maxUnavailable and maxSurge." }}
{{- else if and (eq $unavailable "0") (eq (get $rolling "maxSurge" | toString | trimSuffix "%") "0") }}
{{- fail "strategy.rollingUpdate.maxUnavailable and maxSurge are both 0, so no pod could ever be replaced: set one of them to 1." }}
{{- end }}
{{- end }}
