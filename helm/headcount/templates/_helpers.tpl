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

{{/* How long the whole stop may take. The clock starts before preStop, and the service looks for 5 s after the grace. */}}
{{- define "headcount.terminationGracePeriodSeconds" -}}
{{- $confirm := 5 }}
{{- with .Values.shutdown }}
{{- add .preStopSeconds .drainSeconds .graceSeconds $confirm .marginSeconds }}
{{- end }}
{{- end }}

{{/* The volume named first in the list, from the values second in it. */}}
{{- define "headcount.volume" -}}
{{- $values := index . 1 -}}
- name: {{ index . 0 }}
{{- if $values.existingClaim }}
  persistentVolumeClaim:
    claimName: {{ $values.existingClaim }}
{{- else }}
  emptyDir:
    sizeLimit: {{ $values.sizeLimit }}
{{- end }}
{{- end }}

{{/* A probe of the management port: path, then the values of its times. */}}
{{- define "headcount.probe" -}}
{{- $values := index . 1 -}}
httpGet:
  path: {{ index . 0 }}
  port: management
periodSeconds: {{ $values.periodSeconds }}
timeoutSeconds: {{ $values.timeoutSeconds }}
failureThreshold: {{ $values.failureThreshold }}
{{- end }}
