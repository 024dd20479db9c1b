// In place of Swagger UI's own: what the page shows. Nothing is sent to a validator elsewhere.
window.onload = () => {
  window.ui = SwaggerUIBundle({
    url: "/v3/api-docs",
    validatorUrl: "none",
    dom_id: "#swagger-ui",
    deepLinking: true,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [SwaggerUIBundle.plugins.DownloadUrl],
    layout: "StandaloneLayout",
  });
};
