# Writes ecp-series.csv and ecp-found.csv beside it: published series, and where the R package ecp of Matteson and James finds
# that their distribution changes. Run in this directory: Rscript ecp.R. Written with R 4.2.2 and ecp 3.1.6.
#
# Nile is Cobb's (1978) annual flow from 1871 to 1970, LakeHuron the level from 1875 to 1972 (Brockwell and Davis 1991), nhtemp
# the mean temperature in New Haven from 1912 to 1971, discoveries the great discoveries of each year from 1860 to 1959, and
# nottem the temperature in Nottingham, of which the last months: all of R's package datasets. Where values depend on their
# neighbours the test of the method is not a test of a change; here it is the method that is compared. A place is the number of
# values before it; 0 says that there is none. At a level of 0.03 no p is near it: at 0.05 one of discoveries, 0.050, is
# accepted or not by the luck of the permutations.
suppressPackageStartupMessages(library(ecp))
set.seed(20261129)

found <- list()
series <- list()
for (s in list(list("nile", Nile, 10), list("nile-25", Nile, 25), list("huron", LakeHuron, 10), list("nhtemp", nhtemp, 10),
               list("discoveries", discoveries, 10), list("nottem-1937", window(nottem, 1937), 5))) {
  values <- as.numeric(s[[2]])
  result <- e.divisive(matrix(values), sig.lvl = 0.03, R = 999, min.size = s[[3]], alpha = 1)
  places <- setdiff(result$estimates, c(1, length(values) + 1)) - 1
  if (length(places) == 0) places <- 0
  print(list(s[[1]], result$estimates, result$p.values, result$considered.last))
  series[[length(series) + 1]] <- data.frame(series = s[[1]], value = sprintf("%.17g", values))
  found[[length(found) + 1]] <- data.frame(series = s[[1]], least = s[[3]], place = places)
}
write.csv(do.call(rbind, series), "ecp-series.csv", quote = FALSE, row.names = FALSE)
write.csv(do.call(rbind, found), "ecp-found.csv", quote = FALSE, row.names = FALSE)
