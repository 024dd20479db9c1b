{{/* The pod, whoever owns it. */}}
{{- define "headcount.pod" -}}
metadata:
  labels:
    {{- include "headcount.selectorLabels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if or .Values.config .Values.podAnnotations }}
  annotations:
    {{- with .Values.config }}
    checksum/config: {{ toYaml . | sha256sum }}
    {{- end }}
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
spec:
  serviceAccountName: {{ include "headcount.serviceAccountName" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .Values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  terminationGracePeriodSeconds: {{ include "headcount.terminationGracePeriodSeconds" . }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- include "headcount.container" . | nindent 4 }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    {{- include "headcount.volumes" . | nindent 4 }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- $own := dict "labelSelector" (dict "matchLabels" (include "headcount.selectorLabels" $ | fromYaml)) }}
    {{- range . }}
    - {{- toYaml (ternary . (merge (deepCopy .) $own) (hasKey . "labelSelector")) | nindent 6 }}
    {{- end }}
  {{- end }}
{{- end }}

{{- define "headcount.container" -}}
- name: headcount
  image: {{ include "headcount.image" . | quote }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  ports:
    - name: {{ include "headcount.scheme" . }}
      containerPort: 8080
    - name: management
      containerPort: 8081
  env:
    {{- include "headcount.environment" . | nindent 4 }}
  {{- with .Values.envFrom }}
  envFrom:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  startupProbe:
    {{- include "headcount.probe" (list . "/actuator/health/liveness" .Values.probes.startup) | nindent 4 }}
  livenessProbe:
    {{- include "headcount.probe" (list . "/actuator/health/liveness" .Values.probes.liveness) | nindent 4 }}
  readinessProbe:
    {{- include "headcount.probe" (list . "/actuator/health/readiness" .Values.probes.readiness) | nindent 4 }}
  {{- with .Values.shutdown.preStopSeconds }}
  lifecycle:
    preStop:
      sleep:
        seconds: {{ . }}
  {{- end }}
  {{- with .Values.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    - name: workspace
      mountPath: /workspace
    - name: data
      mountPath: /var/lib/headcount
    {{- if .Values.config }}
    - name: config
      mountPath: /etc/headcount
      readOnly: true
    {{- end }}
    - name: tokens
      mountPath: /etc/headcount-tokens
      readOnly: true
    {{- if .Values.tls.existingSecret }}
    - name: tls
      mountPath: /etc/headcount-tls
      readOnly: true
    {{- end }}
    {{- if .Values.existingSecret.name }}
    - name: secret
      mountPath: {{ .Values.existingSecret.mountPath }}
      readOnly: true
    {{- end }}
    {{- with .Values.extraVolumeMounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* The service's own margin is set too, so that nothing but the chart's values decides on the length of a stop. */}}
{{- define "headcount.environment" -}}
- name: HEADCOUNT_SERVER_ADDRESS
  value: 0.0.0.0
- name: HEADCOUNT_SECURITY_TOKENS_FILE
  value: /etc/headcount-tokens/tokens
- name: HEADCOUNT_SECURITY_HOSTS
  value: {{ include "headcount.hosts" . | quote }}
- name: HEADCOUNT_WORKSPACE
  value: /workspace
- name: HEADCOUNT_DATA_DIR
  value: /var/lib/headcount
- name: HEADCOUNT_SHUTDOWN_DRAIN
  value: {{ printf "%ds" (int64 .Values.shutdown.drainSeconds) }}
- name: HEADCOUNT_SHUTDOWN_GRACE
  value: {{ printf "%ds" (int64 .Values.shutdown.graceSeconds) }}
- name: HEADCOUNT_SHUTDOWN_MARGIN
  value: 2s
- name: HEADCOUNT_LIMITS_MAX_LIVE_RUNS
  value: {{ int64 .Values.limits.maxLiveRuns | quote }}
- name: HEADCOUNT_LIMITS_MAX_QUEUED_RUNS
  value: {{ int64 .Values.limits.maxQueuedRuns | quote }}
{{- with compact (list (ternary "json" "" .Values.logs.json) (ternary "tls" "" (ne .Values.tls.existingSecret ""))) }}
- name: SPRING_PROFILES_ACTIVE
  value: {{ join "," . }}
{{- end }}
{{- if .Values.tls.existingSecret }}
{{ include "headcount.tlsEnvironment" . }}
{{- end }}
{{- with .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: HEADCOUNT_TRACING_SAMPLING
  value: {{ $.Values.tracing.sampling | quote }}
{{- end }}
{{- with .Values.javaOptions }}
- name: JDK_JAVA_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- if .Values.config }}
- name: SPRING_CONFIG_ADDITIONAL_LOCATION
  value: file:/etc/headcount/
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "headcount.volumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: {{ .Values.tmp.sizeLimit }}
{{- range $name := list "workspace" "data" }}
{{- $values := get $.Values $name }}
{{- if $values.existingClaim }}
- name: {{ $name }}
  persistentVolumeClaim:
    claimName: {{ $values.existingClaim }}
{{- else if not $.Values.persistence.enabled }}
- name: {{ $name }}
  emptyDir:
    sizeLimit: {{ $values.sizeLimit }}
{{- end }}
{{- end }}
{{- if .Values.config }}
- name: config
  configMap:
    name: {{ include "headcount.fullname" . }}
{{- end }}
# The digests alone: commands can read what the service can.
- name: tokens
  secret:
    secretName: {{ include "headcount.tokensSecret" . }}
    defaultMode: 288 # 0440
    items:
      - key: tokens
        path: tokens
{{- if .Values.tls.existingSecret }}
{{ include "headcount.tlsVolume" . }}
{{- end }}
{{- with .Values.existingSecret.name }}
- name: secret
  secret:
    secretName: {{ . }}
    defaultMode: 288 # 0440
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* A probe of the management port: the chart, the path, then the values of its times. */}}
{{- define "headcount.probe" -}}
{{- $values := index . 2 -}}
httpGet:
  path: {{ index . 1 }}
  port: management
  scheme: {{ include "headcount.managementScheme" (index . 0) | upper }}
periodSeconds: {{ $values.periodSeconds }}
timeoutSeconds: {{ $values.timeoutSeconds }}
failureThreshold: {{ $values.failureThreshold }}
{{- end }}
