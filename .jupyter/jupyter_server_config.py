"""How JupyterLab works on this project; `diagmod.serve.lab_command` starts it so that it finds this file."""

c = get_config()  # noqa: F821

c.ServerApp.port_retries = 0
c.ServerApp.allow_root = True  # in a container one is root; it listens on 127.0.0.1 with a token

# Saving writes what was typed and nothing else: an opened or executed notebook reruns no stage.
c.ContentsManager.pre_save_hook = "diagmod.io.notebooks.before_save"

# Nothing is asked from outside: no news, no update check, no catalogue of extensions.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"

# Dashboards are shown by Voila on its own (`make dashboards`): inside this server it would let a viewer
# run any code.
c.ServerApp.jpserver_extensions = {"voila.server_extension": False}
